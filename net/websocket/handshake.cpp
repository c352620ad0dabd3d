#include "net/websocket/handshake.hpp"

#include "text/ascii.hpp"
#include "text/base64.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace actormesh::websocket {

namespace {

/// RFC 6455 section 1.3.
constexpr std::string_view key_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool is_key(std::string_view key) noexcept {
  constexpr std::size_t digits = 22; // 16 bytes, and two signs of padding
  return key.size() == digits + 2 && key.substr(digits) == "==" &&
         std::all_of(key.begin(), key.begin() + digits, text::is_base64_digit);
}

/// Takes the part before the first `separator` that is not within a quoted string off `rest`.
std::string_view take_part(std::string_view& rest, char separator) noexcept {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '"')
      quoted = !quoted;
    else if (rest[at] == '\\' && quoted && at + 1 < rest.size())
      ++at;
    else if (rest[at] == separator && !quoted)
      break;
  }
  const auto part = text::trim(rest.substr(0, at), text::blanks);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

/// One `name` or `name=value` of an offer.
struct parameter {
  std::string_view name;
  std::optional<std::string_view> value;
};

parameter parse_parameter(std::string_view text) noexcept {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return {text, std::nullopt};
  auto value = text::trim(text.substr(equals + 1), text::blanks);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return {text::trim(text.substr(0, equals), text::blanks), value};
}

/// RFC 7692 section 7.1.2: 8 to 15 without leading zeros.
bool is_window_bits(std::string_view value) noexcept {
  return value == "8" || value == "9" ||
         (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5');
}

/// Parameters of an offer that can be met, each at most once.
struct deflate_offer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool server_max_window_bits = false;
  bool client_max_window_bits = false;
};

bool take_once(bool& seen) noexcept { return !std::exchange(seen, true); }

/// Notes a parameter. Returns false if the offer is to be declined because of it.
bool accept_parameter(deflate_offer& offer, const parameter& param) noexcept {
  if (text::iequals(param.name, "server_no_context_takeover"))
    return !param.value && take_once(offer.server_no_context_takeover);
  if (text::iequals(param.name, "client_no_context_takeover"))
    return !param.value && take_once(offer.client_no_context_takeover);
  // What is compressed once for all uses the whole window; a smaller one cannot be promised.
  if (text::iequals(param.name, "server_max_window_bits"))
    return param.value == "15" && take_once(offer.server_max_window_bits);
  // Only says that the client could be told a size. The reader here takes any.
  if (text::iequals(param.name, "client_max_window_bits"))
    return (!param.value || is_window_bits(*param.value)) &&
           take_once(offer.client_max_window_bits);
  return false;
}

/// Returns the parameters if `text` is an offer of permessage-deflate that can be met.
std::optional<deflate_offer> parse_offer(std::string_view text) noexcept {
  if (!text::iequals(take_part(text, ';'), "permessage-deflate"))
    return std::nullopt;
  deflate_offer offer;
  while (!text.empty())
    if (!accept_parameter(offer, parse_parameter(take_part(text, ';'))))
      return std::nullopt;
  return offer;
}

} // namespace

std::optional<std::string> accept_value(std::string_view key) {
  if (!is_key(key))
    return std::nullopt;
  std::string text{key};
  text += key_suffix;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return text::encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> result;
  while (!value.empty())
    if (const auto part = take_part(value, ','); !part.empty())
      result.push_back(part);
  return result;
}

std::optional<std::string> negotiate_deflate(std::string_view offers) {
  for (const auto text : split_list(offers)) {
    if (const auto offer = parse_offer(text)) {
      std::string answer =
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
      if (offer->server_max_window_bits)
        answer += "; server_max_window_bits=15";
      return answer;
    }
  }
  return std::nullopt;
}

} // namespace actormesh::websocket
