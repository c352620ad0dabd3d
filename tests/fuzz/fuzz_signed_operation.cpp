/// What clients sign for operations. An input is `channel LF event LF event LF …`. The bodies that
/// a signer may have had in hand differ, are whole lines, and have the hashes they should have.
#include "net/appsync/signed_operation.hpp"
#include "tests/fuzz/input.hpp"
#include "text/hex.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace actormesh;
using fuzz::require;

void check(const auth::signed_payload& payload, std::size_t most) {
  std::vector<std::string> seen;
  for (auto text = payload.text(0); text; text = payload.text(seen.size())) {
    const auto hash = payload.hash(seen.size());
    require(hash && text::to_hex(auth::view(*hash)) == auth::sha256_hex(*text),
            "a hash is that of the text");
    require(std::find(seen.begin(), seen.end(), *text) == seen.end(), "candidates differ");
    require(std::none_of(text->begin(), text->end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
            "control characters are escaped");
    seen.push_back(*text);
  }
  require(!seen.empty() && seen.size() <= most, "there is a first candidate, and a last one");
  require(!payload.hash(seen.size()), "hashes end with the texts");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz::view(data, size);
  std::vector<std::string> lines;
  do {
    const auto at = std::min(input.find('\n'), input.size());
    lines.emplace_back(input.substr(0, at));
    input.remove_prefix(std::min(at + 1, input.size()));
  } while (!input.empty());
  const auto channel = lines.front();
  lines.erase(lines.begin());
  check(appsync::signed_connect(), 1);
  check(appsync::signed_subscribe(channel), 3);
  check(appsync::signed_publish(channel, lines), 6);
  return 0;
}
