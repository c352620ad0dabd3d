/// `inflate_message` of anything, and of what `deflate_tail` makes of it.
#include "net/websocket/deflate.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <string>

using namespace actormesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t limit = 64 * 1024;
  const auto bytes = fuzz::view(data, size);

  const auto plain = websocket::inflate_message(bytes, limit);
  fuzz::require(!plain.text || plain.text->size() <= limit, "the limit is kept");
  fuzz::require(!plain.text || !plain.too_big, "too big is an error");
  if (plain.text && !plain.text->empty()) {
    const auto less = websocket::inflate_message(bytes, plain.text->size() - 1);
    fuzz::require(!less.text && less.too_big, "a byte less is too little");
    fuzz::require(websocket::inflate_message(bytes, plain.text->size()).text == plain.text,
                  "the exact limit is enough");
  }

  const auto tail = websocket::deflate_tail(bytes);
  fuzz::require(websocket::inflate_message(tail, size).text == bytes, "there and back");
  const auto half = bytes.substr(0, std::min(size / 2, websocket::max_stored_block));
  const auto header = websocket::stored_block_header(static_cast<std::uint16_t>(half.size()));
  const auto message = std::string{header.data(), header.size()}.append(half).append(tail);
  fuzz::require(websocket::inflate_message(message, half.size() + size).text ==
                    std::string{half}.append(bytes),
                "a tail after a stored block");
  return 0;
}
