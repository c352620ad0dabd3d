#include "auth/strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

namespace actormesh::auth {

namespace {

namespace json = boost::json;

json::parse_options strict() {
  json::parse_options options;
  options.max_depth = strict_json_depth;
  return options;
}

/// Counts members as they are written, before the second of two of the same name replaces the
/// first.
struct member_counter {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  using error_code = json::error_code;
  using string_view = json::string_view;

  std::size_t members = 0;

  bool on_object_end(std::size_t count, error_code&) {
    members += count;
    return true;
  }

  bool on_double(double number, string_view, error_code& ec) {
    if (!std::isfinite(number))
      ec = json::make_error_code(json::error::exponent_overflow);
    return !ec;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(string_view, std::size_t, error_code&) { return true; }
  bool on_key(string_view, std::size_t, error_code&) { return true; }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

std::optional<std::size_t> members_written(std::string_view text) {
  json::basic_parser<member_counter> parser{strict()};
  json::error_code ec;
  const auto read = parser.write_some(false, text.data(), text.size(), ec);
  if (ec || read != text.size())
    return std::nullopt;
  return parser.handler().members;
}

std::size_t members_kept(const json::value& value) {
  const auto sum = [](std::size_t members, const json::value& each) {
    return members + members_kept(each);
  };
  if (const auto* const array = value.if_array())
    return std::accumulate(array->begin(), array->end(), std::size_t{0}, sum);
  if (const auto* const object = value.if_object())
    return std::accumulate(object->begin(), object->end(), object->size(),
                           [&](std::size_t members, const json::key_value_pair& each) {
                             return sum(members, each.value());
                           });
  return 0;
}

} // namespace

std::optional<json::object> parse_strict_object(std::string_view text) {
  json::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec, {}, strict());
  if (ec || !value.is_object() || members_written(text) != members_kept(value))
    return std::nullopt;
  return std::move(value.get_object());
}

} // namespace actormesh::auth
