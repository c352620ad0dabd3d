/// Names of channels and patterns, against the regular expression of the protocol.
#include "actors/channel_path.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>

namespace {

using actormesh::channel_path;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// std::regex recurses, so only texts that could be names are put to it.
bool matches(const std::regex& expression, std::string_view text) {
  constexpr std::size_t longest = 5 * 51 + 1;
  return text.size() <= longest && std::regex_match(text.begin(), text.end(), expression);
}

void check_canonical(const channel_path& path) {
  const std::string_view text = path.text();
  require(text.starts_with('/') && !text.ends_with('/'));
  require(path.segments() >= 1 && path.segments() <= channel_path::max_segments);
  require(text.substr(1, path.name_space().size()) == path.name_space());
  require(path.is_pattern() == text.ends_with("/*"));
  require(channel_path::parse_subscription(text) == path);
  require(channel_path::parse_subscription(text.substr(1)) == path);
  require(channel_path::parse_subscription(std::string{text} + "/") == path);

  std::size_t patterns = 0;
  std::string scratch;
  actormesh::for_each_pattern(text, scratch, [&](std::string_view pattern) {
    ++patterns;
    const auto parent = channel_path::parse_subscription(pattern);
    require(parent && parent->is_pattern() && parent->text() == pattern);
  });
  require(patterns == path.segments() - 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string segment = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?";
  static const std::regex channel{"/?" + segment + "(?:/" + segment + "){0,4}/?"};
  static const std::regex pattern{"/?" + segment + "(?:/" + segment + "){0,3}/\\*/?"};

  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const bool is_channel = matches(channel, text);
  const auto as_channel = channel_path::parse_channel(text);
  require(as_channel.has_value() == is_channel);
  const auto as_subscription = channel_path::parse_subscription(text);
  require(as_subscription.has_value() == (is_channel || matches(pattern, text)));
  if (as_channel)
    require(as_channel == as_subscription && !as_channel->is_pattern());
  if (as_subscription)
    check_canonical(*as_subscription);
  return 0;
}
