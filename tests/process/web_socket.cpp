#include "tests/process/web_socket.hpp"

#include "text/base64.hpp"

#include <stdexcept>

namespace actormesh::process {

namespace {

[[noreturn]] void unexpected(std::string_view wanted, const received_frame& got) {
  throw std::runtime_error{"expected " + std::string{wanted} + ", got a frame of type " +
                           std::to_string(static_cast<int>(got.what)) + ": " +
                           got.payload.substr(0, 300)};
}

std::size_t number(std::string_view bytes) {
  std::size_t value = 0;
  for (const char each : bytes)
    value = value << 8 | static_cast<unsigned char>(each);
  return value;
}

std::string authorization() {
  return R"("authorization":{"host":"localhost","x-api-key":")" + shared_keys().key + "\"}";
}

} // namespace

std::string header_protocol(std::string_view key) {
  return "header-" +
         text::encode_base64url(R"({"host":"localhost","x-api-key":")" + std::string{key} + "\"}");
}

std::string upgrade_request(std::string_view headers, std::string_view target) {
  return http_request("GET", target,
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                          std::string{headers});
}

std::string authorized_upgrade(std::string_view more_headers, std::string_view target) {
  return upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " +
                             header_protocol(shared_keys().key) + "\r\n" +
                             std::string{more_headers},
                         target);
}

std::string subscribe_text(std::string_view id, std::string_view channel) {
  return R"({"type":"subscribe","id":)" + json_string(id) + R"(,"channel":)" +
         json_string(channel) + "," + authorization() + "}";
}

std::string publish_text(std::string_view id, std::string_view channel,
                         const std::vector<std::string>& events) {
  // The same members as the body of an HTTP publish, and more.
  return R"({"type":"publish","id":)" + json_string(id) + "," + authorization() + "," +
         publish_body(channel, events).substr(1);
}

std::string unsubscribe_text(std::string_view id) {
  return R"({"type":"unsubscribe","id":)" + json_string(id) + "}";
}

web_socket::web_socket(std::uint16_t port, const options& how)
  : socket_(port, {.receive_buffer = how.receive_buffer, .patience = how.patience}) {
  socket_.send(how.request);
  answer_.head = socket_.read_until("\r\n\r\n");
  if (!answer_.head.starts_with("HTTP/1.1 101 "))
    throw std::runtime_error{"expected 101, got: " + answer_.head};
  answer_.status = 101;
}

void web_socket::send(const sent_frame& what) {
  std::string bytes;
  bytes +=
      static_cast<char>((what.fin ? 0x80 : 0) | what.reserved << 4 | static_cast<int>(what.what));
  const auto size = what.payload.size();
  const auto field = size < 126 ? size : size < 65536 ? 126 : 127;
  const auto width = field < 126 ? 0 : field == 126 ? 2 : 8;
  bytes += static_cast<char>((what.masked ? 0x80 : 0) | static_cast<int>(field));
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(size >> shift & 0xFF);
  constexpr std::string_view mask{"\x37\xFA\x21\x3D"};
  if (what.masked)
    bytes += mask;
  for (std::size_t i = 0; i < size; ++i)
    bytes += static_cast<char>(what.payload[i] ^ (what.masked ? mask[i % 4] : 0));
  socket_.send(bytes);
}

received_frame web_socket::read_frame() {
  const auto head = number(socket_.read_bytes(2));
  if ((head & 0x8000) == 0 || (head & 0x3080) != 0)
    throw std::runtime_error{"expected a whole, unmasked frame, got header " +
                             std::to_string(head)};
  auto size = head & 0x7F;
  if (size >= 126)
    size = number(socket_.read_bytes(size == 126 ? 2 : 8));
  return {static_cast<opcode>(head >> 8 & 0xF), socket_.read_bytes(size), (head & 0x4000) != 0};
}

std::string web_socket::read_text() {
  auto got = read_frame();
  if (got.what != opcode::text || got.compressed)
    unexpected("a text", got);
  return std::move(got.payload);
}

unsigned web_socket::read_close() {
  const auto got = read_frame();
  if (got.what != opcode::close)
    unexpected("a close frame", got);
  return got.payload.empty() ? 1005 : static_cast<unsigned>(number(got.payload.substr(0, 2)));
}

std::string web_socket::ask(std::string_view text) {
  send_text(text);
  return read_text();
}

void web_socket::subscribe(std::string_view id, std::string_view channel) {
  const auto reply = ask(subscribe_text(id, channel));
  if (reply != R"({"type":"subscribe_success","id":)" + json_string(id) + "}")
    throw std::runtime_error{"expected subscribe_success, got: " + reply};
}

std::string web_socket::read_event(std::string_view id) {
  const auto text = read_text();
  const auto start = R"({"type":"data","id":)" + json_string(id) + R"(,"event":")";
  if (!text.starts_with(start) || !text.ends_with("\"}"))
    throw std::runtime_error{"expected an event for " + std::string{id} + ", got: " + text};
  return unescaped(std::string_view{text}.substr(start.size(), text.size() - start.size() - 2));
}

void web_socket::require_silence() {
  send({.what = opcode::ping, .payload = "quiet?"});
  const auto got = read_frame();
  if (got.what != opcode::pong || got.payload != "quiet?")
    unexpected("nothing but a pong", got);
}

} // namespace actormesh::process
