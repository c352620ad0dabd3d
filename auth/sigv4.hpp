/// AWS Signature Version 4: whether a request was signed by the holder of a secret key. Pure
/// functions of bytes; the time is an argument.
#pragma once

#include "auth/digest.hpp"
#include "auth/required.hpp"
#include "auth/signed_request.hpp"
#include "auth/signing_key_cache.hpp"

#include <boost/container/static_vector.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::auth {

/// An `Authorization` value longer than this is no signature. 64 names of 64 bytes fit.
inline constexpr std::size_t sigv4_authorization_bytes = 8 * 1024;

/// More headers than this are signed by nobody.
inline constexpr std::size_t sigv4_signed_headers = 64;

/// How far the signer's clock may be from ours, either way: what AWS allows.
inline constexpr std::chrono::seconds sigv4_skew{300};

/// What an `Authorization` value says. The views are into that value.
struct sigv4_authorization {
  std::string_view credential; ///< `ACCESS_KEY_ID/date/region/service/aws4_request`.
  std::string_view access_key_id;
  std::string_view scope; ///< `date/region/service/aws4_request`.
  std::string_view date;  ///< yyyymmdd, digits; not yet known to be a day.
  std::string_view region;
  std::string_view service;
  /// Lower-case names in ascending order, each once.
  boost::container::static_vector<std::string_view, sigv4_signed_headers> signed_headers;
  std::string_view signature; ///< 64 lower-case hex digits.

  /// Whether a header, by its lower-case name, is signed.
  [[nodiscard]] bool has_signed(std::string_view name) const noexcept;
};

/// Whether an `Authorization` value is of this scheme, well-formed or not: chooses the mode.
[[nodiscard]] bool is_sigv4(std::string_view authorization) noexcept;

/// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. The three may come in any
/// order, with or without a space after the comma, each once. Nothing if it is anything else.
[[nodiscard]] std::optional<sigv4_authorization>
parse_authorization(std::string_view authorization) noexcept;

/// One header line as it was sent.
struct header_field {
  std::string_view name; ///< In any case.
  std::string_view value;
};

/// The request that was signed, headers and all. Views only, too.
struct sigv4_request {
  signed_request over;
  required<std::span<const header_field>> headers; ///< Several lines of one name are joined.
};

/// The values of all lines of a header, joined with `,`, each without white space around it.
/// Nothing if there is none. `name` is in lower case. This is how the caller gets
/// `x-amz-security-token`, which has to equal the token that belongs to the key, if it has one:
/// nothing here compares it.
[[nodiscard]] std::optional<std::string> header_value(std::span<const header_field> headers,
                                                      std::string_view name);

/// What a signature is measured by.
struct sigv4_expectation {
  required<std::string_view> secret_key; ///< Of the access key the authorization names.
  required<std::string_view> region;     ///< Empty: any.
  required<std::string_view> service;    ///< That it was signed for, such as `execute-api`.
  required<std::chrono::sys_seconds> now;
  std::chrono::seconds skew = sigv4_skew;
};

enum class sigv4_result : std::uint8_t {
  ok,
  malformed,             ///< `parse_authorization` found nothing; or a line's end within a header.
  missing_signed_header, ///< A signed header is not in the request, or the time is not signed.
  host_not_signed,
  bad_date,        ///< The time cannot be read, or is of another day than the credential.
  expired,         ///< Signed longer ago than the skew.
  not_yet,         ///< Signed further in the future than the skew.
  wrong_scope,     ///< Another region or service.
  wrong_payload,   ///< The signed `x-amz-content-sha256` is of another body, or of none.
  wrong_signature, ///< Another key, or something that is signed was changed.
};

[[nodiscard]] const char* to_string(sigv4_result) noexcept;

/// Checks a signature. Keys derived for signatures that were right are kept in `cache`; what was
/// wrong never gets into it. Any thread, as far as the cache is that thread's.
[[nodiscard]] sigv4_result verify_sigv4(const sigv4_authorization& authorization,
                                        const sigv4_request& request,
                                        const sigv4_expectation& expected,
                                        signing_key_cache& cache);

} // namespace actormesh::auth
