#include "tests/mesh_security/mesh_view.hpp"

#include "tests/process/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace actormesh::mesh_security {

namespace json = boost::json;

namespace {

/// How often a node is asked whether it is as far as it is to be.
constexpr std::chrono::milliseconds look_interval{10};

std::string text_of(const json::value& from) { return std::string{from.as_string()}; }

/// Calls `done` again and again until it says so; false if it never does.
template <class Done> bool comes_true(const Done& done) {
  const auto until = std::chrono::steady_clock::now() + process::patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(look_interval);
  }
  return true;
}

} // namespace

mesh_view::mesh_view(json::value page)
  : page_(std::move(page)) {}

bool mesh_view::joined() const { return page_.at("node").at("joined").as_bool(); }

std::uint64_t mesh_view::refused(const std::string& reason) const {
  return page_.at("refused").at(reason).to_number<std::uint64_t>();
}

std::uint64_t mesh_view::lost(const std::string& reason) const {
  return page_.at("lost").at(reason).to_number<std::uint64_t>();
}

std::size_t mesh_view::peers_up() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(page_.at("peers").as_array(), [](const json::value& each) {
        return each.at("state").as_string() == "up";
      }));
}

const json::object* mesh_view::find(const std::string& peer) const {
  for (const auto& each : page_.at("peers").as_array())
    if (each.at("name").as_string() == peer)
      return &each.as_object();
  return nullptr;
}

bool mesh_view::is_up(const std::string& peer) const {
  const auto* const found = find(peer);
  return found != nullptr && found->at("state").as_string() == "up";
}

std::string mesh_view::of_peer(const std::string& peer, const std::string& member) const {
  const auto* const found = find(peer);
  if (found == nullptr)
    throw std::runtime_error{"no peer " + peer + " in " + text()};
  return text_of(found->at(member));
}

std::string mesh_view::error_of(const std::string& peer) const {
  return find(peer) == nullptr ? std::string{} : of_peer(peer, "last_error");
}

std::uint64_t mesh_view::their_interest(const std::string& peer) const {
  const auto* const found = find(peer);
  return found == nullptr ? 0 : found->at("interest").at("theirs").to_number<std::uint64_t>();
}

std::string mesh_view::text() const { return json::serialize(page_); }

mesh_view look_at(const process::node_process& node) {
  process::http_client http{node.port()};
  const auto answer = http.ask(process::http_request("GET", "/mesh"), "GET");
  if (answer.status != 200)
    throw std::runtime_error{"expected /mesh, got: " + answer.head + answer.body};
  return mesh_view{json::parse(answer.body)};
}

mesh_view wait_for(const process::node_process& node, const std::string& what,
                   const std::function<bool(const mesh_view&)>& wanted) {
  auto view = look_at(node);
  if (!comes_true([&] {
        view = look_at(node);
        return wanted(view);
      }))
    throw std::runtime_error{"never came: " + what + "; last: " + view.text()};
  return view;
}

void wait_until_up(const process::node_process& node, const std::string& peer) {
  wait_for(node, "a link to " + peer, [&](const mesh_view& now) { return now.is_up(peer); });
}

void wait_for_refused(const process::node_process& node, const std::string& reason,
                      std::uint64_t count) {
  const auto view = wait_for(node, std::to_string(count) + " refused: " + reason,
                             [&](const mesh_view& now) { return now.refused(reason) >= count; });
  if (view.refused(reason) != count)
    throw std::runtime_error{"expected " + std::to_string(count) + " refused: " + reason +
                             ", got " + view.text()};
}

std::size_t open_files(pid_t pid) {
  namespace fs = std::filesystem;
  const fs::directory_iterator all{"/proc/" + std::to_string(pid) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void wait_for_open_files(const process::node_process& node, std::size_t count) {
  std::size_t now = 0;
  if (!comes_true([&] { return (now = open_files(node.pid())) == count; }))
    throw std::runtime_error{"expected " + std::to_string(count) + " open files, got " +
                             std::to_string(now)};
}

std::size_t resident_bytes(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:"))
      return std::stoul(line.substr(6)) * 1024;
  throw std::runtime_error{"no VmRSS"};
}

} // namespace actormesh::mesh_security
