/// `message_reader`: the same bytes in one piece and in others give the same messages and errors.
#include "net/websocket/message_reader.hpp"
#include "tests/fuzz/input.hpp"
#include "text/utf8.hpp"

#include <string>
#include <vector>

using namespace actormesh;
using websocket::message_reader;

namespace {

struct seen {
  websocket::opcode kind;
  std::string payload;
  websocket::close_code code;

  friend bool operator==(const seen&, const seen&) = default;
};

struct outcome {
  std::vector<seen> messages;
  websocket::read_error error = websocket::read_error::none;

  friend bool operator==(const outcome&, const outcome&) = default;
};

void check(const message_reader::step& step, message_reader::options opts) {
  if (!step.complete)
    return;
  const auto& got = *step.complete;
  fuzz::require(step.error == websocket::read_error::none, "no message with an error");
  if (got.kind == websocket::opcode::text)
    fuzz::require(got.payload.size() <= opts.message_bytes && text::is_utf8(got.payload),
                  "a text is UTF-8 within its limit");
  else if (got.kind == websocket::opcode::binary)
    fuzz::require(got.payload.size() <= opts.message_bytes && opts.binary,
                  "a binary message is taken if it may be, within its limit");
  else
    fuzz::require(got.payload.size() <= 125, "a control frame is short");
}

outcome read(message_reader::options opts, fuzz::pieces input) {
  message_reader reader{opts};
  outcome result;
  while (!input.done() && result.error == websocket::read_error::none) {
    const auto piece = input.next();
    std::vector<char> bytes(piece.begin(), piece.end());
    const auto step = reader.next(bytes);
    check(step, opts);
    fuzz::require(step.consumed <= bytes.size(), "no more is taken than there is");
    if (step.complete)
      result.messages.push_back(
          {step.complete->kind, std::string{step.complete->payload}, step.complete->code});
    else if (step.error == websocket::read_error::none)
      fuzz::require(step.consumed == bytes.size(), "all is taken without a message");
    fuzz::require(reader.buffered() <= opts.message_bytes + 14 + 125, "what is held is bounded");
    result.error = step.error;
    input.take(step.consumed);
  }
  return result;
}

outcome read_whole(message_reader::options opts, std::string_view input) {
  message_reader reader{opts};
  outcome result;
  std::vector<char> bytes(input.begin(), input.end());
  for (std::span<char> rest{bytes}; !rest.empty() && result.error == websocket::read_error::none;) {
    const auto step = reader.next(rest);
    check(step, opts);
    if (step.complete)
      result.messages.push_back(
          {step.complete->kind, std::string{step.complete->payload}, step.complete->code});
    result.error = step.error;
    rest = rest.subspan(step.consumed);
  }
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  const message_reader::options opts{(input.option & 2U) != 0 ? 4096U : 100U,
                                     (input.option & 1U) != 0, (input.option & 4U) != 0};
  const auto whole = read_whole(opts, input.bytes);
  fuzz::require(read(opts, {input.bytes, input.sizes}) == whole, "pieces give the same");
  fuzz::require(read(opts, {input.bytes, {}}) == whole, "single bytes give the same");
  return 0;
}
