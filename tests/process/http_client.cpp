#include "tests/process/http_client.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <stdexcept>

namespace actormesh::process {

namespace {

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

} // namespace

bool http_answer::has_header(std::string_view name) const {
  return text::lower(head).find("\r\n" + text::lower(name) + ":") != std::string::npos;
}

std::string http_answer::header(std::string_view name) const {
  const auto start = "\r\n" + text::lower(name) + ": ";
  const auto found = text::lower(head).find(start);
  if (found == std::string::npos)
    return {};
  const auto begin = found + start.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string http_request(std::string_view method, std::string_view target, std::string_view headers,
                         std::string_view body) {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
  if (!body.empty() || method == "POST")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

std::string key_line() { return "x-api-key: " + shared_keys().key + "\r\n"; }

std::string json_string(std::string_view text) {
  std::string result{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

std::string unescaped(std::string_view text) {
  constexpr std::array<std::pair<char, char>, 5> letters{
      {{'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    const char what = text.at(++i);
    if (what == 'u') {
      append_utf8(result, static_cast<unsigned>(
                              std::stoul(std::string{text.substr(i + 1, 4)}, nullptr, 16)));
      i += 4;
      continue;
    }
    const auto* const letter =
        std::ranges::find(letters, what, [](const auto& each) { return each.first; });
    result += letter == letters.end() ? what : letter->second;
  }
  return result;
}

std::string publish_body(std::string_view channel, const std::vector<std::string>& events) {
  std::string body{"{\"channel\":" + json_string(channel) + ",\"events\":["};
  for (std::size_t i = 0; i < events.size(); ++i)
    body.append(i == 0 ? "" : ",").append(json_string(events[i]));
  return body + "]}";
}

std::string publish_request(std::string_view channel, const std::vector<std::string>& events,
                            std::string_view target) {
  return http_request("POST", target, "Content-Type: application/json\r\n" + key_line(),
                      publish_body(channel, events));
}

std::string without_uuids(std::string text) {
  static const std::regex uuid{"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
  return std::regex_replace(text, uuid, "UUID");
}

http_answer http_client::read_answer(std::string_view method) {
  http_answer answer;
  answer.head = socket_.read_until("\r\n\r\n");
  if (!answer.head.starts_with("HTTP/1.1 "))
    throw std::runtime_error{"expected an answer, got: " + answer.head};
  answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
  if (const auto length = answer.header("Content-Length"); !length.empty() && method != "HEAD")
    answer.body = socket_.read_bytes(std::stoul(length));
  return answer;
}

http_answer http_client::ask(std::string_view request, std::string_view method) {
  send(request);
  return read_answer(method);
}

void http_client::publish(std::string_view channel, const std::vector<std::string>& events) {
  const auto answer = ask(publish_request(channel, events));
  if (answer.status != 200 || !answer.body.starts_with("{\"failed\":[],"))
    throw std::runtime_error{"expected a publish to succeed, got " + answer.head + answer.body};
}

} // namespace actormesh::process
