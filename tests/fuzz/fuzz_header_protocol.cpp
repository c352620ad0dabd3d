/// The `header-…` sub-protocol, and the same JSON behind the base64.
#include "net/appsync/operation.hpp"

#include <openssl/evp.h>

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

std::string base64(std::string_view text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

std::string base64url(std::string encoded) {
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  encoded.erase(encoded.find_last_not_of('=') + 1);
  return encoded;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(decode_header_protocol(text));

  // The input as what is encoded: every way of writing it must be read alike.
  const auto padded = base64(text);
  const auto found = decode_header_protocol(padded);
  check(found);
  const auto again = decode_header_protocol(base64url(padded));
  require(found.has_value() == again.has_value());
  if (found)
    require(found->api_key == again->api_key && found->authorization == again->authorization &&
            found->host == again->host);
  return 0;
}
