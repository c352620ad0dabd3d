#include "tests/process/metrics.hpp"

#include <chrono>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace actormesh::process {

metrics::metrics(std::string_view page) {
  static const std::regex comment{
      "# (HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* "
      "(counter|gauge|histogram|summary|untyped))"};
  static const std::regex sample{
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*")*,?\})?) (\S+))re"};
  std::istringstream lines{std::string{page}};
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, sample))
      values_.emplace(parts[1], std::stod(parts[4]));
    else if (!std::regex_match(line, comment))
      throw std::runtime_error{"not a line of the text format: " + line};
  }
}

double metrics::operator[](const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    throw std::runtime_error{"no value " + name};
  return found->second;
}

double metrics::sum(std::string_view family) const {
  double result = 0;
  for (const auto& [name, value] : values_)
    if (std::string_view{name}.substr(0, name.find('{')) == family)
      result += value;
  return result;
}

metrics read_metrics(http_client& from) {
  const auto answer = from.ask(http_request("GET", "/metrics"), "GET");
  if (answer.status != 200)
    throw std::runtime_error{"expected /metrics, got: " + answer.head};
  return metrics{answer.body};
}

metrics wait_for_metrics(http_client& from, const std::function<bool(const metrics&)>& wanted) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto now = read_metrics(from);
    if (wanted(now))
      return now;
    if (std::chrono::steady_clock::now() < until)
      continue;
    std::string all;
    for (const auto& [name, value] : now.values())
      all += "\n" + name + " " + std::to_string(value);
    throw std::runtime_error{"the numbers never were as expected:" + all};
  }
}

} // namespace actormesh::process
