/// `request_parser`: the same bytes in one piece and in others give the same requests and errors,
/// and Beast's own parser reads the same from what is accepted.
#include "net/http/request_parser.hpp"
#include "tests/fuzz/input.hpp"
#include "text/ascii.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace actormesh;
using http::request_parser;
using state = request_parser::state;

namespace {

struct seen {
  boost::beast::http::verb method;
  std::string target;
  unsigned version;
  bool keep_alive;
  bool upgrade;
  bool expect_continue;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  friend bool operator==(const seen&, const seen&) = default;
};

struct outcome {
  std::vector<seen> requests;
  state last = state::idle;
  http::parse_error error = http::parse_error::none;

  friend bool operator==(const outcome&, const outcome&) = default;
};

seen copy_of(const http::request& from) {
  seen result{from.method,  std::string{from.target}, from.version, from.keep_alive,
              from.upgrade, from.expect_continue,     {},           std::string{from.body}};
  for (const auto& head : from.headers)
    result.headers.emplace_back(head.name_text, head.value);
  return result;
}

/// Whether a request ends with trailers. Beast treats them like headers, here they mean nothing.
bool has_trailers(const seen& what, std::string_view bytes) {
  bool chunked = false;
  for (const auto& [name, value] : what.headers)
    chunked = chunked || text::iequals(name, "Transfer-Encoding");
  if (!chunked)
    return false;
  bytes.remove_suffix(4); // CRLF twice
  const auto last_line = bytes.substr(bytes.rfind("\r\n") + 2);
  return last_line.find(':') != std::string_view::npos;
}

/// Parses the first request of `bytes` with Beast alone, if it can, and compares.
void compare(const seen& ours, std::string_view bytes) {
  if (has_trailers(ours, bytes))
    return;
  while (bytes.starts_with("\r\n"))
    bytes.remove_prefix(2);
  boost::beast::http::request_parser<boost::beast::http::string_body> parser;
  parser.eager(true);
  parser.header_limit(1U << 20U);
  parser.body_limit(boost::none);
  boost::beast::error_code ec;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  // Extensions of chunks are skipped here whatever they are.
  if (ec == boost::beast::http::error::bad_chunk_extension)
    return;
  fuzz::require(!ec && parser.is_done(), "Beast accepts it too");
  const auto& theirs = parser.get();
  fuzz::require(theirs.method() == ours.method, "same method");
  fuzz::require(std::string{theirs.target()} == ours.target, "same target");
  fuzz::require(theirs.version() == ours.version, "same version");
  fuzz::require(parser.keep_alive() == ours.keep_alive, "same keep-alive");
  fuzz::require(theirs.body() == ours.body, "same body");
  for (const auto& [name, value] : ours.headers)
    fuzz::require(theirs.count(name) != 0, "same headers");
}

outcome parse(request_parser::limits lim, fuzz::pieces input) {
  request_parser parser{lim};
  outcome result;
  while (!input.done() && parser.current_state() != state::failed) {
    const std::string piece{input.next()};
    const auto taken = parser.put(piece);
    fuzz::require(taken <= piece.size(), "no more is taken than there is");
    if (parser.current_state() == state::complete) {
      result.requests.push_back(copy_of(parser.current()));
      parser.reset();
    } else if (parser.current_state() != state::failed) {
      fuzz::require(taken == piece.size(), "all is taken without a request");
    }
    input.take(taken);
  }
  result.last = parser.current_state();
  result.error = parser.error();
  return result;
}

outcome parse_whole(request_parser::limits lim, std::string_view bytes) {
  request_parser parser{lim};
  outcome result;
  while (!bytes.empty() && parser.current_state() != state::failed) {
    const std::string input{bytes};
    const auto taken = parser.put(input);
    if (parser.current_state() == state::complete) {
      result.requests.push_back(copy_of(parser.current()));
      fuzz::require(result.requests.back().body.size() <= lim.body_bytes, "the limit is kept");
      parser.reset();
      compare(result.requests.back(), bytes.substr(0, taken));
    }
    bytes.remove_prefix(taken);
  }
  result.last = parser.current_state();
  result.error = parser.error();
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  const request_parser::limits lim{(input.option & 1U) != 0 ? 16'384U : 200U,
                                   (input.option & 2U) != 0 ? 65'536U : 100U};
  const auto whole = parse_whole(lim, input.bytes);
  fuzz::require(parse(lim, {input.bytes, input.sizes}) == whole, "pieces give the same");
  fuzz::require(parse(lim, {input.bytes, {}}) == whole, "single bytes give the same");
  return 0;
}
