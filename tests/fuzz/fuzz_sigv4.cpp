/// Signatures: the Authorization value, and a request that is checked with it. An input is
/// `authorization LF method LF path LF query LF body LF name:value LF …`. What cannot
/// have been signed by the right key is never good, and what is read means what was written.
#include "auth/sigv4.hpp"
#include "tests/fuzz/input.hpp"
#include "text/hex.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace actormesh::auth;
using actormesh::fuzz::require;

std::string_view take_line(std::string_view& text) {
  const auto at = text.find('\n');
  const auto line = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return line;
}

void check_parsed(const sigv4_authorization& parsed) {
  require(!parsed.access_key_id.empty() && parsed.date.size() == 8 && !parsed.region.empty() &&
              !parsed.service.empty() && parsed.signature.size() == 64,
          "all parts are there");
  require(!parsed.signed_headers.empty() && parsed.signed_headers.size() <= sigv4_signed_headers,
          "between one and 64 headers are signed");
  require(std::is_sorted(parsed.signed_headers.begin(), parsed.signed_headers.end()),
          "headers are sorted");
  for (const auto name : parsed.signed_headers)
    require(parsed.has_signed(name), "a signed header is found");
}

/// Signed by whoever wrote the input, who doesn't know this.
constexpr std::string_view unknown_secret = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd6";

void check_request(const sigv4_authorization& parsed, std::string_view input) {
  const auto method = take_line(input);
  const auto path = take_line(input);
  const auto query = take_line(input);
  const auto body = take_line(input);
  std::vector<header_field> headers;
  while (!input.empty()) {
    const auto line = take_line(input);
    const auto colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
  }
  const sigv4_request request{{method, path, query, signed_payload::of_body(body)}, headers};

  static signing_key_cache cache{4};
  const std::chrono::sys_seconds at{std::chrono::seconds{1'767'225'600}};
  for (const auto skew : {sigv4_skew, std::chrono::seconds{100LL * 365 * 24 * 3600}}) {
    const auto result =
        verify_sigv4(parsed, request, {unknown_secret, "", parsed.service, at, skew}, cache);
    require(result != sigv4_result::ok, "nobody signs without the secret");
    require(to_string(result) != std::string_view{"unknown"}, "results have words");
  }
  require(cache.size() == 0, "keys are kept for good signatures only");

  // The seeds are good by the published example key; what is good stays good, and is cached.
  static signing_key_cache known{4};
  const sigv4_expectation example{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", "appsync", at};
  const auto first = verify_sigv4(parsed, request, example, known);
  require(first == verify_sigv4(parsed, request, example, known), "the cache changes nothing");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = actormesh::fuzz::view(data, size);
  const auto line = take_line(input);
  const auto parsed = parse_authorization(line);
  if (!parsed)
    return 0;
  require(is_sigv4(line), "what can be read is of the scheme");
  check_parsed(*parsed);
  check_request(*parsed, input);
  return 0;
}
