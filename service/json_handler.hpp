/// Reading JSON strictly, without keeping it: what parsers of messages are made of.
#pragma once

#include "config/defaults.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace actormesh::service {

/// Strict JSON and valid UTF-8, as Boost.JSON has it by default, but deeper. The parser recurses:
/// 256 levels take some 20 KiB of stack.
inline boost::json::parse_options strict_json() {
  boost::json::parse_options options;
  options.max_depth = config::defaults::json_depth;
  return options;
}

/// Takes no interest in what is parsed: what remains is whether it is JSON.
struct validating_handler {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(string_view, std::size_t, error_code&) { return true; }
  bool on_key(string_view, std::size_t, error_code&) { return true; }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_double(double, string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

/// Whether the whole text is JSON that the handler takes.
template <class Handler>
bool parse_whole(boost::json::basic_parser<Handler>& parser, std::string_view text) {
  parser.reset();
  boost::json::error_code ec;
  const auto parsed = parser.write_some(false, text.data(), text.size(), ec);
  return !ec && parsed == text.size();
}

} // namespace actormesh::service
