/// Bytes of a WebSocket to operations, the whole way: `message_reader`, `parse_frame`, `prepare`.
/// In pieces they give the same.
#include "net/websocket/message_reader.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/served_api.hpp"
#include "text/utf8.hpp"

#include <span>
#include <string>
#include <tuple>
#include <vector>

using namespace actormesh;
using websocket::message_reader;

namespace {

using seen = std::tuple<appsync::operation_type, service::failure, std::string, std::string,
                        std::vector<std::string>>;

void collect(const message_reader::step& step, std::vector<seen>& into) {
  static appsync::operation_parser parser;
  constexpr appsync::operation_limits limits;
  if (!step.complete || step.complete->kind != websocket::opcode::text)
    return;
  const auto what = parser.parse_frame(step.complete->payload, limits);
  fuzz::require(text::is_utf8(what.channel), "a channel is UTF-8");
  fuzz::check_operation(what, limits);
  into.emplace_back(what.type, what.problem, what.id, what.channel, what.events);
}

/// The operations up to the first error.
std::vector<seen> read(message_reader::options how, fuzz::pieces input) {
  message_reader reader{how};
  std::vector<seen> all;
  for (bool failed = false; !input.done() && !failed;) {
    const auto piece = input.next();
    std::vector<char> bytes(piece.begin(), piece.end());
    const auto step = reader.next(bytes);
    collect(step, all);
    failed = step.error != websocket::read_error::none;
    input.take(step.consumed);
  }
  return all;
}

std::vector<seen> read_whole(message_reader::options how, std::string_view input) {
  message_reader reader{how};
  std::vector<seen> all;
  std::vector<char> bytes(input.begin(), input.end());
  std::span<char> rest{bytes};
  for (bool failed = false; !rest.empty() && !failed;) {
    const auto step = reader.next(rest);
    collect(step, all);
    failed = step.error != websocket::read_error::none;
    rest = rest.subspan(step.consumed);
  }
  return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  const message_reader::options how{4'096, (input.option & 1U) != 0};
  const auto whole = read_whole(how, input.bytes);
  fuzz::require(read(how, {input.bytes, input.sizes}) == whole, "pieces give the same");
  return 0;
}
