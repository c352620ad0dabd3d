/// `negotiate_deflate`: what it answers is an extension that it accepts itself.
#include "net/websocket/handshake.hpp"
#include "tests/fuzz/input.hpp"

using namespace actormesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  for (const auto part : websocket::split_list(text)) {
    fuzz::require(!part.empty(), "parts of a list are not empty");
    fuzz::require(part.data() >= text.data() && part.data() + part.size() <= text.data() + size,
                  "parts lie in the list");
  }
  if (const auto answer = websocket::negotiate_deflate(text))
    fuzz::require(websocket::negotiate_deflate(*answer) == answer, "the answer is an offer");
  (void)websocket::accept_value(text);
  return 0;
}
