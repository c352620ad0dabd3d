#include "auth/sigv4.hpp"

#include "text/ascii.hpp"
#include "text/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>
#include <vector>

namespace actormesh::auth {

namespace {

constexpr std::string_view scheme = "AWS4-HMAC-SHA256";
constexpr std::string_view scope_end = "aws4_request";

/// Names of keys, regions and services. AWS's are far shorter.
constexpr std::size_t longest_scope_part = 128;

constexpr std::size_t longest_header_name = 128;

// -- characters -----------------------------------------------------------------------------------

using text::is_alphanumeric;
using text::is_digit;
using text::take_until;

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

/// RFC 3986's unreserved characters: what canonical forms leave as it is.
constexpr bool is_unreserved(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

/// Parts of a scope. Wider than AWS's own: keys here are named by people.
constexpr bool is_scope_character(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

/// RFC 9110's token, in lower case.
constexpr bool is_name_character(char c) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return is_digit(c) || (c >= 'a' && c <= 'z') || others.find(c) != std::string_view::npos;
}

bool all_of(std::string_view text, bool (*is)(char) noexcept) noexcept {
  return std::all_of(text.begin(), text.end(), is);
}

// -- the Authorization value ----------------------------------------------------------------------

bool is_scope_part(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_scope_part && all_of(text, is_scope_character);
}

bool read_credential(std::string_view text, sigv4_authorization& into) noexcept {
  into.credential = text;
  into.access_key_id = take_until(text, '/');
  into.scope = text;
  into.date = take_until(text, '/');
  into.region = take_until(text, '/');
  into.service = take_until(text, '/');
  return text == scope_end && into.date.size() == 8 && all_of(into.date, is_digit) &&
         is_scope_part(into.access_key_id) && is_scope_part(into.region) &&
         is_scope_part(into.service);
}

bool read_signed_headers(std::string_view text, sigv4_authorization& into) noexcept {
  for (;;) {
    const bool is_last = text.find(';') == std::string_view::npos;
    const auto name = take_until(text, ';');
    if (name.empty() || name.size() > longest_header_name || !all_of(name, is_name_character) ||
        into.signed_headers.size() == into.signed_headers.capacity() ||
        (!into.signed_headers.empty() && into.signed_headers.back() >= name))
      return false;
    into.signed_headers.push_back(name);
    if (is_last)
      return true;
  }
}

bool read_signature(std::string_view text, sigv4_authorization& into) noexcept {
  into.signature = text;
  return text.size() == std::tuple_size_v<sha256_text> && text::is_hex(text);
}

// -- time -----------------------------------------------------------------------------------------

/// Reads digits. -1 if there are others.
int number(std::string_view digits) noexcept {
  int value = -1;
  if (!digits.empty() && all_of(digits, is_digit))
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

struct civil_time {
  int year = -1;
  int month = -1;
  int day = -1;
  int hour = -1;
  int minute = -1;
  int second = -1;
};

std::optional<std::chrono::sys_seconds> to_time(const civil_time& civil) noexcept {
  using namespace std::chrono;
  if (civil.year < 0 || civil.month < 0 || civil.day < 0 || civil.hour < 0 || civil.hour > 23 ||
      civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 59)
    return std::nullopt;
  const year_month_day date{year{civil.year}, month{static_cast<unsigned>(civil.month)},
                            day{static_cast<unsigned>(civil.day)}};
  if (!date.ok())
    return std::nullopt;
  return sys_days{date} + hours{civil.hour} + minutes{civil.minute} + seconds{civil.second};
}

/// ISO 8601's basic form, `20260101T000000Z`.
std::optional<std::chrono::sys_seconds> parse_basic_time(std::string_view text) noexcept {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z')
    return std::nullopt;
  return to_time({number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)),
                  number(text.substr(9, 2)), number(text.substr(11, 2)),
                  number(text.substr(13, 2))});
}

/// RFC 9110's `Sun, 06 Nov 1994 08:49:37 GMT`. Which day of the week it was is not our concern.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) noexcept {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
    return std::nullopt;
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0)
    return std::nullopt;
  return to_time({number(text.substr(12, 4)), static_cast<int>(month / 3) + 1,
                  number(text.substr(5, 2)), number(text.substr(17, 2)), number(text.substr(20, 2)),
                  number(text.substr(23, 2))});
}

void append_padded(std::string& to, unsigned value, std::size_t width) {
  std::array<char, 10> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  to.append(width > size ? width - size : 0, '0');
  to.append(digits.data(), size);
}

/// `20260101T000000Z`.
std::string to_basic_time(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text;
  append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_padded(text, static_cast<unsigned>(date.month()), 2);
  append_padded(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_padded(text, static_cast<unsigned>(clock.hours().count()), 2);
  append_padded(text, static_cast<unsigned>(clock.minutes().count()), 2);
  append_padded(text, static_cast<unsigned>(clock.seconds().count()), 2);
  text += 'Z';
  return text;
}

// -- the canonical request ------------------------------------------------------------------------

void append_encoded(std::string& to, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (is_unreserved(c)) {
    to += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  to += '%';
  to += digits[byte >> 4U];
  to += digits[byte & 0xFU];
}

/// The path without empty and dot segments, each segment encoded once more than it was sent.
void append_canonical_path(std::string& to, std::string_view path) {
  const auto start = to.size();
  const bool ends_in_directory = path.ends_with('/') || path.ends_with("/.") || path == "." ||
                                 path.ends_with("/..") || path == "..";
  while (!path.empty()) {
    const auto segment = take_until(path, '/');
    if (segment.empty() || segment == ".")
      continue;
    if (segment == "..") {
      const auto slash = to.rfind('/');
      to.resize(slash == std::string::npos || slash < start ? start : slash);
      continue;
    }
    to += '/';
    for (const char c : segment)
      append_encoded(to, c);
  }
  if (to.size() == start || ends_in_directory)
    to += '/';
}

/// What was sent, decoded and encoded again, so that every way of writing it is the same. A `%`
/// that begins no escape, and a `+`, stand for themselves.
std::string recoded(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && text.size() - i > 2;
    const int high = whole ? text::hex_value(text[i + 1]) : -1;
    const int low = whole ? text::hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      append_encoded(result, text[i]);
      continue;
    }
    append_encoded(result, static_cast<char>(high * 16 + low));
    i += 2;
  }
  return result;
}

void append_canonical_query(std::string& to, std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    auto value = take_until(query, '&');
    if (value.empty())
      continue;
    auto name = recoded(take_until(value, '='));
    parameters.emplace_back(std::move(name), recoded(value));
  }
  std::sort(parameters.begin(), parameters.end());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    to += i == 0 ? "" : "&";
    to += parameters[i].first;
    to += '=';
    to += parameters[i].second;
  }
}

/// The value without white space around it, and with one space for each run of white space within.
void append_canonical_value(std::string& to, std::string_view value) {
  bool in_space = false;
  for (const char c : text::trim(value, text::blanks)) {
    if (!is_space(c))
      to += c;
    else if (!in_space)
      to += ' ';
    in_space = is_space(c);
  }
}

/// Appends `name:value` and a line's end. False if the request has no such header.
bool append_canonical_header(std::string& to, std::string_view name,
                             std::span<const header_field> headers) {
  to += name;
  bool found = false;
  for (const auto& header : headers) {
    if (!text::iequals(header.name, name))
      continue;
    to += found ? ',' : ':';
    append_canonical_value(to, header.value);
    found = true;
  }
  to += '\n';
  return found;
}

/// The canonical request up to where the payload's hash comes. Nothing if a signed header is
/// missing.
std::optional<std::string> canonical_request(const sigv4_authorization& authorization,
                                             const sigv4_request& request) {
  constexpr std::size_t usual_size = 1024;
  std::string text;
  text.reserve(usual_size);
  text += *request.over.method;
  text += '\n';
  append_canonical_path(text, request.over.path);
  text += '\n';
  append_canonical_query(text, request.over.query);
  text += '\n';
  for (const auto name : authorization.signed_headers) {
    if (!append_canonical_header(text, name, request.headers))
      return std::nullopt;
  }
  text += '\n';
  for (std::size_t i = 0; i < authorization.signed_headers.size(); ++i) {
    text += i == 0 ? "" : ";";
    text += authorization.signed_headers[i];
  }
  text += '\n';
  return text;
}

// -- what has to hold -----------------------------------------------------------------------------

/// Whether a canonical request has the lines it should have. A line's end within a value, which
/// JSON can bring here, would make one header look like two.
bool has_whole_lines(std::string_view canonical,
                     const sigv4_authorization& authorization) noexcept {
  // Method, path, query, an empty line and the names.
  constexpr std::size_t other_lines = 5;
  const auto lines = std::count(canonical.begin(), canonical.end(), '\n');
  return static_cast<std::size_t>(lines) == authorization.signed_headers.size() + other_lines;
}

/// When the request was signed, as far as it can be told.
struct signing_time {
  sigv4_result problem = sigv4_result::ok;
  std::chrono::sys_seconds time;
};

/// `x-amz-date` counts, and `date` if there is none. Whichever counts has to be signed.
signing_time find_signing_time(const sigv4_authorization& authorization,
                               const sigv4_request& request) {
  std::string_view name = "x-amz-date";
  auto value = header_value(request.headers, name);
  if (!value) {
    name = "date";
    value = header_value(request.headers, name);
  }
  if (!value || !authorization.has_signed(name))
    return {sigv4_result::missing_signed_header, {}};
  auto time = parse_basic_time(*value);
  if (!time && name == "date")
    time = parse_http_date(*value);
  if (!time)
    return {sigv4_result::bad_date, {}};
  return {sigv4_result::ok, *time};
}

sigv4_result check_time(std::chrono::sys_seconds signed_at,
                        const sigv4_expectation& expected) noexcept {
  if (signed_at < *expected.now - expected.skew)
    return sigv4_result::expired;
  return signed_at > *expected.now + expected.skew ? sigv4_result::not_yet : sigv4_result::ok;
}

bool has_scope(const sigv4_authorization& authorization,
               const sigv4_expectation& expected) noexcept {
  return authorization.service == *expected.service &&
         (expected.region->empty() || authorization.region == *expected.region);
}

/// The hashes of the payload that a signature may be over, one after the other.
class payload_hashes {
public:
  explicit payload_hashes(const signed_payload& payload)
    : payload_{payload} {}

  /// The next one, in hex. Nothing after the last.
  std::optional<sha256_text> next() {
    const auto hash = payload_.hash(next_++);
    if (!hash)
      return std::nullopt;
    return text::to_hex(*hash);
  }

  /// Whether one of those that come equals `text`.
  bool find(std::string_view text) {
    for (auto hash = next(); hash; hash = next()) {
      if (view(*hash) == text)
        return true;
    }
    return false;
  }

private:
  const signed_payload& payload_;
  std::size_t next_ = 0;
};

/// Everything a signature is over but the hash of the payload.
class signature_check {
public:
  signature_check(const sigv4_authorization& authorization, std::string canonical,
                  std::string_view time, const sha256_digest& key)
    : authorization_{authorization}
    , canonical_{std::move(canonical)}
    , canonical_size_{canonical_.size()}
    , key_{key} {
    to_sign_.reserve(256);
    to_sign_ += scheme;
    to_sign_ += '\n';
    to_sign_ += time;
    to_sign_ += '\n';
    to_sign_ += authorization.scope;
    to_sign_ += '\n';
    to_sign_size_ = to_sign_.size();
  }

  /// Whether the signature is over a payload of this hash.
  bool holds_for(std::string_view payload_hash) {
    canonical_.resize(canonical_size_);
    canonical_ += payload_hash;
    const auto hash = sha256(canonical_);
    if (!hash)
      return false;
    to_sign_.resize(to_sign_size_);
    to_sign_ += view(text::to_hex(*hash));
    const auto signature = hmac_sha256(view(key_), to_sign_);
    return signature &&
           equal_in_constant_time(view(text::to_hex(*signature)), authorization_.signature);
  }

private:
  const sigv4_authorization& authorization_;
  std::string canonical_;
  std::size_t canonical_size_;
  std::string to_sign_;
  std::size_t to_sign_size_ = 0;
  const sha256_digest& key_;
};

/// A key from the cache, or derived for this once.
class key_holder {
public:
  key_holder(const sigv4_authorization& authorization, std::string_view secret_key,
             signing_key_cache& cache)
    : cached_{cache.find(authorization.credential, secret_key)} {
    if (cached_ == nullptr)
      derived_ = derive_signing_key(secret_key, authorization.date, authorization.region,
                                    authorization.service);
  }

  key_holder(const key_holder&) = delete;
  key_holder& operator=(const key_holder&) = delete;

  ~key_holder() {
    if (derived_)
      wipe(*derived_);
  }

  [[nodiscard]] const sha256_digest* key() const noexcept {
    return cached_ != nullptr || !derived_ ? cached_ : &*derived_;
  }

  [[nodiscard]] bool is_new() const noexcept { return cached_ == nullptr; }

private:
  const sha256_digest* cached_;
  std::optional<sha256_digest> derived_;
};

sigv4_result check_signature(signature_check& signature, const sigv4_authorization& authorization,
                             const sigv4_request& request) {
  constexpr std::string_view payload_header = "x-amz-content-sha256";
  payload_hashes hashes{request.over.payload};
  if (authorization.has_signed(payload_header)) {
    const auto claimed = header_value(request.headers, payload_header);
    if (!claimed || !hashes.find(*claimed))
      return sigv4_result::wrong_payload;
    return signature.holds_for(*claimed) ? sigv4_result::ok : sigv4_result::wrong_signature;
  }
  for (auto hash = hashes.next(); hash; hash = hashes.next()) {
    if (signature.holds_for(view(*hash)))
      return sigv4_result::ok;
  }
  return sigv4_result::wrong_signature;
}

} // namespace

bool sigv4_authorization::has_signed(std::string_view name) const noexcept {
  return std::binary_search(signed_headers.begin(), signed_headers.end(), name);
}

bool is_sigv4(std::string_view authorization) noexcept { return authorization.starts_with(scheme); }

std::optional<sigv4_authorization> parse_authorization(std::string_view authorization) noexcept {
  if (authorization.size() > sigv4_authorization_bytes || !is_sigv4(authorization))
    return std::nullopt;
  authorization.remove_prefix(scheme.size());
  if (!authorization.starts_with(' '))
    return std::nullopt;
  std::optional<sigv4_authorization> result{std::in_place};
  constexpr int part_count = 3;
  for (int part = 1; part <= part_count; ++part) {
    // All but the last one end in a comma.
    if ((authorization.find(',') == std::string_view::npos) != (part == part_count))
      return std::nullopt;
    auto value = text::trim(take_until(authorization, ','), text::blanks);
    const auto name = take_until(value, '=');
    const bool good =
        (name == "Credential" && result->credential.empty() && read_credential(value, *result)) ||
        (name == "SignedHeaders" && result->signed_headers.empty() &&
         read_signed_headers(value, *result)) ||
        (name == "Signature" && result->signature.empty() && read_signature(value, *result));
    if (!good)
      return std::nullopt;
  }
  return result;
}

std::optional<std::string> header_value(std::span<const header_field> headers,
                                        std::string_view name) {
  std::optional<std::string> value;
  for (const auto& header : headers) {
    if (!text::iequals(header.name, name))
      continue;
    if (value)
      *value += ',';
    else
      value.emplace();
    *value += text::trim(header.value, text::blanks);
  }
  return value;
}

const char* to_string(sigv4_result result) noexcept {
  switch (result) {
  case sigv4_result::ok:
    return "ok";
  case sigv4_result::malformed:
    return "malformed authorization";
  case sigv4_result::missing_signed_header:
    return "a signed header is missing";
  case sigv4_result::host_not_signed:
    return "host is not signed";
  case sigv4_result::bad_date:
    return "bad date";
  case sigv4_result::expired:
    return "signature expired";
  case sigv4_result::not_yet:
    return "signature not yet current";
  case sigv4_result::wrong_scope:
    return "wrong region or service";
  case sigv4_result::wrong_payload:
    return "x-amz-content-sha256 is not of this payload";
  case sigv4_result::wrong_signature:
    return "wrong signature";
  }
  return "unknown";
}

sigv4_result verify_sigv4(const sigv4_authorization& authorization, const sigv4_request& request,
                          const sigv4_expectation& expected, signing_key_cache& cache) {
  if (!authorization.has_signed("host"))
    return sigv4_result::host_not_signed;
  if (!has_scope(authorization, expected))
    return sigv4_result::wrong_scope;
  const auto signed_at = find_signing_time(authorization, request);
  if (signed_at.problem != sigv4_result::ok)
    return signed_at.problem;
  const auto time = to_basic_time(signed_at.time);
  if (authorization.date != std::string_view{time}.substr(0, authorization.date.size()))
    return sigv4_result::bad_date;
  const auto in_time = check_time(signed_at.time, expected);
  if (in_time != sigv4_result::ok)
    return in_time;
  auto canonical = canonical_request(authorization, request);
  if (!canonical)
    return sigv4_result::missing_signed_header;
  if (!has_whole_lines(*canonical, authorization))
    return sigv4_result::malformed;
  const key_holder holder{authorization, expected.secret_key, cache};
  if (holder.key() == nullptr)
    return sigv4_result::wrong_signature;
  signature_check signature{authorization, std::move(*canonical), time, *holder.key()};
  const auto result = check_signature(signature, authorization, request);
  if (result == sigv4_result::ok && holder.is_new())
    cache.store(authorization.credential, expected.secret_key, *holder.key());
  return result;
}

} // namespace actormesh::auth
