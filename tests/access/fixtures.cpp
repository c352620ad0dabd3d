#include "tests/access/fixtures.hpp"

#include "text/base64.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace actormesh::process {

namespace fs = std::filesystem;

namespace {

struct pipe_ends {
  descriptor read;
  descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe2"};
  return {descriptor{ends[0]}, descriptor{ends[1]}};
}

/// Runs a program of $PATH to its end.
tool_result run_any(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& each : words)
    arguments.push_back(each.data());
  arguments.push_back(nullptr);
  auto output = make_pipe();
  auto errors = make_pipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.write.number(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, errors.write.number(), 2);
  pid_t pid = 0;
  const auto failed =
      ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw std::system_error{failed, std::generic_category(), "cannot start " + words[0]};
  output.write.close();
  errors.write.close();
  tool_result result;
  while (read_more(output.read, result.output)) {
  }
  while (read_more(errors.read, result.errors)) {
  }
  result.status = exit_status(pid);
  return result;
}

} // namespace

shelf::~shelf() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string shelf::put(const std::string& name, std::string_view text) const {
  const auto file = folder_ / name;
  write_private(file.string() + ".new", text);
  fs::rename(file.string() + ".new", file);
  return file.string();
}

curl_result run_curl(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"curl",       "--silent", "--show-error", "--include",
                                 "--max-time", "30",       "--noproxy",    "*"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto ran = run_any(std::move(words));
  curl_result result{ran.status, std::move(ran.errors), {}};
  const auto end = ran.output.find("\r\n\r\n");
  if (ran.status != 0 || end == std::string::npos)
    return result;
  result.answer.head = ran.output.substr(0, end + 4);
  result.answer.body = ran.output.substr(end + 4);
  result.answer.status =
      static_cast<unsigned>(std::stoul(result.answer.head.substr(result.answer.head.find(' '))));
  return result;
}

http_answer publish_by_curl(const node_process& to, std::string_view channel,
                            const std::vector<std::string>& arguments, std::string_view event) {
  auto words = arguments;
  words.insert(words.end(), {"--header", "content-type: application/json", "--data-raw",
                             publish_body(channel, {std::string{event}}),
                             "http://127.0.0.1:" + std::to_string(to.port()) + "/event"});
  auto ran = run_curl(words);
  if (ran.status != 0)
    throw std::runtime_error{"curl: " + ran.errors};
  return std::move(ran.answer);
}

std::string publish_with(std::string_view headers, std::string_view channel,
                         std::string_view event) {
  return http_request("POST", "/event", headers, publish_body(channel, {std::string{event}}));
}

std::string key_line_of(std::string_view key) { return "x-api-key: " + std::string{key} + "\r\n"; }

std::string authorization_line(std::string_view value) {
  return "Authorization: " + std::string{value} + "\r\n";
}

std::string shown(std::string_view authorization) {
  return R"("host":"localhost","Authorization":)" + json_string(authorization);
}

std::string shown_key(std::string_view key) {
  return R"("host":"localhost","x-api-key":)" + json_string(key);
}

web_socket::options upgrade_of(std::string_view members) {
  return {.request =
              upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, header-" +
                              text::encode_base64url("{" + std::string{members} + "}") + "\r\n")};
}

std::string subscribe_with(std::string_view members, std::string_view channel) {
  return R"({"type":"subscribe","id":"s","channel":)" + json_string(channel) +
         R"(,"authorization":{)" + std::string{members} + "}}";
}

std::string subscribes(web_socket& by, std::string_view members, std::string_view channel) {
  return by.ask(subscribe_with(members, channel));
}

bool may_connect(const node_process& to, std::string_view members) {
  web_socket client{to.port(), upgrade_of(members)};
  const auto answer = client.ask(R"({"type":"connection_init"})");
  client.socket().reset();
  return answer.starts_with(R"({"type":"connection_ack")");
}

http_answer wait_for_status(const node_process& of, const std::string& request, unsigned wanted) {
  http_client http{of.port()};
  http_answer answer;
  wait_until(
      [&] {
        answer = http.ask(request);
        return answer.status == wanted;
      },
      "an answer with the status " + std::to_string(wanted));
  return answer;
}

void wait_until(const std::function<bool()>& holds, std::string_view what) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= until)
      throw std::runtime_error{"expected " + std::string{what}};
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

std::string error_type(const http_answer& answer) { return answer.header("x-amzn-ErrorType"); }

} // namespace actormesh::process
