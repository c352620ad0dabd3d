/// The `header-…` sub-protocol, and the same JSON behind the base64.
#include "net/appsync/operation.hpp"
#include "text/base64.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace actormesh::appsync;

void require(bool holds) {
  if (!holds)
    std::abort();
}

void check(const std::optional<credentials>& found) {
  if (!found)
    return;
  for (const auto* value : {&found->api_key, &found->authorization, &found->host}) {
    require(!*value || std::none_of((*value)->begin(), (*value)->end(),
                                    [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(decode_header_protocol(text));

  // The input as what is encoded: every way of writing it must be read alike.
  const auto padded = actormesh::text::encode_base64(text);
  const auto found = decode_header_protocol(padded);
  check(found);
  const auto again = decode_header_protocol(actormesh::text::encode_base64url(text));
  require(found.has_value() == again.has_value());
  if (found)
    require(found->api_key == again->api_key && found->authorization == again->authorization &&
            found->host == again->host);
  return 0;
}
