#include "service/access/channel_forms.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace actormesh::access {

namespace {

/// Takes the first segment off a path that begins with a slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_text(const boost::json::value& claim, std::string_view segment) {
  if (const auto* const text = claim.if_string())
    return std::string_view{text->data(), text->size()} == segment;
  if (const auto* const number = claim.if_int64())
    return std::to_string(*number) == segment;
  if (const auto* const number = claim.if_uint64())
    return std::to_string(*number) == segment;
  return false;
}

bool has_value(const boost::json::object& claims, std::string_view name, std::string_view segment) {
  const auto* const claim = claims.if_contains(name);
  if (claim == nullptr)
    return false;
  if (const auto* const list = claim->if_array())
    return std::ranges::any_of(*list, [&](const auto& each) { return is_text(each, segment); });
  return is_text(*claim, segment);
}

} // namespace

channel_forms::channel_forms(const std::vector<std::string>& forms) {
  for (const auto& each : forms) {
    auto& made = forms_.emplace_back();
    std::string_view path = each;
    while (!path.empty()) {
      const auto text = take_segment(path);
      if (text == "*")
        made.push_back({path.empty() ? kind::rest : kind::any, {}});
      else if (text.size() > 2 && text.front() == '{' && text.back() == '}')
        made.push_back({kind::claim, std::string{text.substr(1, text.size() - 2)}});
      else
        made.push_back({kind::literal, std::string{text}});
    }
  }
}

bool channel_forms::allow(std::string_view channel, const boost::json::object& claims) const {
  return forms_.empty() || std::ranges::any_of(forms_, [&](const form& each) {
           return matches(each, channel, claims);
         });
}

bool channel_forms::matches(const form& wanted, std::string_view channel,
                            const boost::json::object& claims) {
  for (const auto& each : wanted) {
    if (channel.empty())
      return false;
    const auto segment = take_segment(channel);
    switch (each.what) {
    case kind::rest:
      return true;
    case kind::any:
      // A pattern's last segment stands for several.
      if (segment == "*")
        return false;
      break;
    case kind::literal:
      if (segment != each.text)
        return false;
      break;
    case kind::claim:
      // Not even for somebody who is called "*".
      if (segment == "*" || !has_value(claims, each.text, segment))
        return false;
      break;
    }
  }
  return channel.empty();
}

} // namespace actormesh::access
