#include "net/http/request_parser.hpp"

#include "text/ascii.hpp"
#include "text/hex.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::http {

namespace {

namespace beast = boost::beast;
/// Buffers that stay with a thread for its next requests: how many, and up to which size.
constexpr std::size_t kept_buffers = 16;
constexpr std::size_t kept_buffer_bytes = 16 * 1024;

std::string_view to_std(beast::string_view text) noexcept { return {text.data(), text.size()}; }

using text::is_alphanumeric;
using text::is_digit;

constexpr bool is_one_of(char c, std::string_view set) noexcept {
  return set.find(c) != std::string_view::npos;
}

/// RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) noexcept {
  return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

/// What may stand in the value of a header (RFC 9110 section 5.5).
constexpr bool is_value_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

/// A host name, an address, a port (RFC 3986 section 3.2); no list.
constexpr bool is_host_char(char c) noexcept {
  return is_alphanumeric(c) || is_one_of(c, "-._~!$&'()*+;=%:[]");
}

/// RFC 3986 knows no others.
constexpr bool is_target_char(char c) noexcept { return c > 0x20 && c < 0x7F; }

// -- the end of the headers ----------------------------------------------------------------------

/// Looks for the empty line that ends the headers, over bytes that grow.
class header_scan {
public:
  enum class found : std::uint8_t { nothing, end, error };

  /// Looks at the bytes that are new since the last call.
  found operator()(std::string_view bytes) noexcept {
    while (true) {
      const auto line_feed = bytes.find('\n', seen_);
      if (line_feed == std::string_view::npos) {
        seen_ = bytes.size();
        return found::nothing;
      }
      if (line_feed == line_ || bytes[line_feed - 1] != '\r')
        return found::error; // a bare LF
      if (line_ != 0 && is_one_of(bytes[line_], " \t"))
        return found::error; // obs-fold, or a blank before the first header
      seen_ = line_feed + 1;
      if (seen_ - line_ == 2)
        return found::end;
      line_ = seen_;
    }
  }

  /// The size of the headers, when their end has been found.
  [[nodiscard]] std::size_t size() const noexcept { return seen_; }

private:
  std::size_t line_ = 0; ///< Where the current line starts.
  std::size_t seen_ = 0; ///< Bytes looked at.
};

// -- the headers ---------------------------------------------------------------------------------

/// Beast's parser over a whole header block. Only notes where things are.
class header_parser final : public beast::http::basic_parser<true> {
public:
  header_parser(request& to, std::vector<request::header>& headers) noexcept
    : to_{to}
    , headers_{headers} {
    skip(true); // the body is read by `impl`
    header_limit(std::numeric_limits<std::uint32_t>::max());
  }

private:
  using error_code = beast::error_code;

  void on_request_impl(beast::http::verb method, beast::string_view, beast::string_view target,
                       int version, error_code& ec) override {
    to_.method = method;
    to_.target = to_std(target);
    to_.version = static_cast<unsigned>(version);
    if (!std::all_of(to_.target.begin(), to_.target.end(), is_target_char))
      ec = beast::http::error::bad_target;
  }

  void on_field_impl(beast::http::field name, beast::string_view name_text,
                     beast::string_view value, error_code& ec) override {
    if (headers_.size() == max_headers)
      ec = beast::http::error::bad_field;
    else
      headers_.push_back({name, to_std(name_text), to_std(value)});
  }

  void on_header_impl(error_code&) override {}
  void on_finish_impl(error_code&) override {}

  // None of these is called for a skipped body, nor for a request.
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    return body.size();
  }

  request& to_;
  std::vector<request::header>& headers_;
};

/// Whether a request line that Beast refused for its version is well-formed otherwise.
bool is_other_version(std::string_view block) noexcept {
  auto version = block.substr(0, block.find("\r\n"));
  version.remove_prefix(version.find(' ') + 1);
  version.remove_prefix(version.find(' ') + 1);
  return version.size() == std::string_view{"HTTP/1.1"}.size() && version.starts_with("HTTP/") &&
         is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
}

// -- what the headers say ------------------------------------------------------------------------

/// How the end of a body is told.
struct framing {
  enum class kind : std::uint8_t { length, chunked };
  kind by = kind::length;
  std::uint64_t length = 0;
};

/// The headers that decide about a request, counted.
struct decisive {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  std::uint64_t length = 0;
};

bool parse_length(std::string_view text, std::uint64_t& value) noexcept {
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return !text.empty() && is_digit(text.front()) && error == std::errc{} && at == end;
}

/// RFC 9112 section 6.1: only `chunked`, once, can be met.
parse_error check_codings(std::string_view value) noexcept {
  if (text::iequals(value, "chunked"))
    return parse_error::none;
  auto error = parse_error::not_implemented;
  bool seen_chunked = false;
  while (true) {
    const auto comma = value.find(',');
    auto coding = value.substr(0, comma);
    while (!coding.empty() && is_one_of(coding.front(), " \t"))
      coding.remove_prefix(1);
    while (!coding.empty() && is_one_of(coding.back(), " \t"))
      coding.remove_suffix(1);
    // Chunked twice or not last leaves the end of the body open; no name at all is no coding.
    if (seen_chunked || coding.empty() || !is_token_char(coding.front()))
      error = parse_error::bad_request;
    seen_chunked = seen_chunked || text::iequals(coding, "chunked");
    if (comma == std::string_view::npos)
      return error;
    value.remove_prefix(comma + 1);
  }
}

/// Notes one header. Returns why it cannot be.
parse_error note(decisive& seen, request& req, const request::header& head) noexcept {
  using beast::http::field;
  switch (head.name) {
  case field::host:
    return ++seen.hosts == 1 && std::all_of(head.value.begin(), head.value.end(), is_host_char)
               ? parse_error::none
               : parse_error::bad_request;
  case field::content_length:
    return ++seen.lengths == 1 && parse_length(head.value, seen.length) ? parse_error::none
                                                                        : parse_error::bad_request;
  case field::transfer_encoding:
    return ++seen.codings == 1 ? check_codings(head.value) : parse_error::bad_request;
  case field::expect:
    if (!text::iequals(head.value, "100-continue"))
      return parse_error::bad_request;
    req.expect_continue = req.version == 11;
    return parse_error::none;
  default:
    return parse_error::none;
  }
}

/// Checks the headers against each other.
parse_error check(request& req, framing& body) noexcept {
  decisive seen;
  for (const auto& head : req.headers)
    if (const auto error = note(seen, req, head); error != parse_error::none)
      return error;
  if (seen.hosts == 0 && req.version == 11)
    return parse_error::bad_request;
  if (seen.codings != 0) {
    // Two lengths, or one that HTTP/1.0 does not know: nobody can say where the request ends.
    if (seen.lengths != 0 || req.version == 10)
      return parse_error::bad_request;
    body.by = framing::kind::chunked;
  }
  body.length = seen.length;
  return parse_error::none;
}

// -- chunked bodies ------------------------------------------------------------------------------

/// RFC 9112 section 7.1, byte by byte but for the data.
class chunk_reader {
public:
  struct limits {
    std::size_t body_bytes;
    std::size_t trailer_bytes;
  };

  /// Takes bytes off `input` and appends data to `body` until the body is whole or wrong.
  parse_error operator()(std::string_view& input, std::string& body, limits lim) {
    while (!input.empty() && at_ != place::end) {
      if (at_ == place::data) {
        read_data(input, body);
        continue;
      }
      if (const auto error = read(input.front(), body.size(), lim); error != parse_error::none)
        return error;
      input.remove_prefix(1);
    }
    return parse_error::none;
  }

  [[nodiscard]] bool done() const noexcept { return at_ == place::end; }

private:
  enum class place : std::uint8_t {
    size,      ///< Before or in the digits.
    extension, ///< After the digits, before CR.
    size_end,  ///< Before LF.
    data,
    data_cr,
    data_lf,
    trailer_start, ///< Before a line of the trailers or their end.
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf, ///< Before the last byte.
    end,
  };

  void read_data(std::string_view& input, std::string& body) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, input.size()));
    body.append(input.substr(0, count));
    input.remove_prefix(count);
    size_ -= count;
    if (size_ == 0)
      at_ = place::data_cr;
  }

  parse_error read(char c, std::size_t have, limits lim) noexcept {
    switch (at_) {
    case place::size:
      return read_size(c, have, lim);
    case place::extension:
      return read_extension(c);
    case place::size_end:
      digits_ = 0;
      return expect(c, '\n', size_ != 0 ? place::data : place::trailer_start);
    case place::data_cr:
      return expect(c, '\r', place::data_lf);
    case place::data_lf:
      return expect(c, '\n', place::size);
    default:
      return ++trailer_ > lim.trailer_bytes ? parse_error::header_too_large : read_trailer(c);
    }
  }

  parse_error expect(char c, char expected, place next) noexcept {
    at_ = next;
    return c == expected ? parse_error::none : parse_error::bad_request;
  }

  parse_error read_size(char c, std::size_t have, limits lim) noexcept {
    if (const auto digit = text::hex_value(c); digit >= 0) {
      if (++digits_ > 16)
        return parse_error::bad_request;
      size_ = size_ << 4U | static_cast<std::uint64_t>(digit);
      // The size only grows from here on.
      return size_ > lim.body_bytes - have ? parse_error::body_too_large : parse_error::none;
    }
    if (digits_ == 0)
      return parse_error::bad_request;
    extension_ = 0;
    named_ = false;
    at_ = place::extension;
    return read_extension(c);
  }

  /// Extensions are skipped: `;` first, then anything that may stand in a header.
  parse_error read_extension(char c) noexcept {
    if (c == '\r') {
      at_ = place::size_end;
      return named_ || extension_ == 0 ? parse_error::none : parse_error::bad_request;
    }
    named_ = named_ || c == ';';
    const bool allowed = named_ ? is_value_char(c) : is_one_of(c, " \t");
    return allowed && ++extension_ <= max_chunk_extension ? parse_error::none
                                                          : parse_error::bad_request;
  }

  parse_error read_trailer(char c) noexcept {
    switch (at_) {
    case place::trailer_start:
      if (c == '\r')
        return expect(c, '\r', place::last_lf);
      at_ = place::trailer_name;
      return is_token_char(c) ? parse_error::none : parse_error::bad_request;
    case place::trailer_name:
      if (c == ':')
        return expect(c, ':', place::trailer_value);
      return is_token_char(c) ? parse_error::none : parse_error::bad_request;
    case place::trailer_value:
      if (c == '\r')
        return expect(c, '\r', place::trailer_lf);
      return is_value_char(c) ? parse_error::none : parse_error::bad_request;
    case place::trailer_lf:
      return expect(c, '\n', place::trailer_start);
    default:
      return expect(c, '\n', place::end);
    }
  }

  place at_ = place::size;
  bool named_ = false;        ///< `;` of an extension has come.
  unsigned digits_ = 0;       ///< Of the size.
  std::size_t extension_ = 0; ///< Bytes of this chunk's extension.
  std::size_t trailer_ = 0;   ///< Bytes of the trailers.
  std::uint64_t size_ = 0;    ///< Of the chunk, what is still to come.
};

} // namespace

// -- request -------------------------------------------------------------------------------------

std::string_view request::operator[](beast::http::field name) const noexcept {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const header& head) { return head.name == name; });
  return found == headers.end() ? std::string_view{} : found->value;
}

std::string_view request::operator[](std::string_view name) const noexcept {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const header& head) {
    return text::iequals(head.name_text, name);
  });
  return found == headers.end() ? std::string_view{} : found->value;
}

const char* to_string(parse_error error) noexcept {
  switch (error) {
  case parse_error::none:
    return "none";
  case parse_error::bad_request:
    return "bad request";
  case parse_error::header_too_large:
    return "request headers too large";
  case parse_error::body_too_large:
    return "request body too large";
  case parse_error::bad_version:
    return "HTTP version not supported";
  case parse_error::not_implemented:
    return "transfer coding not implemented";
  }
  return "unknown";
}

// -- request_parser ------------------------------------------------------------------------------

/// One request under way. `block` and `body` own what `current` views.
struct request_parser::impl {
  request current;
  std::string block; ///< Request line and headers.
  std::string body;
  std::vector<request::header> headers;
  header_scan scan;
  framing body_framing;
  chunk_reader chunks;

  /// Makes ready for another request, keeping small buffers.
  void clear() noexcept {
    for (auto* text : {&block, &body}) {
      if (text->capacity() > kept_buffer_bytes)
        std::string{}.swap(*text); // assigning would keep the memory
      text->clear();
    }
    headers.clear();
    current = {};
    scan = {};
    body_framing = {};
    chunks = {};
  }

  /// Takes bytes up to the end of the headers off `input`. Returns whether that has come.
  header_scan::found read_block(std::string_view& input, std::size_t limit) {
    const auto old = block.size();
    auto bytes = input.substr(0, limit - old);
    auto result = header_scan::found::nothing;
    if (old == 0) {
      result = scan(bytes); // most come in one piece: nothing that follows them is copied
      if (result != header_scan::found::nothing)
        bytes = bytes.substr(0, scan.size());
      block.assign(bytes);
    } else {
      block.append(bytes);
      result = scan(block);
      if (result != header_scan::found::nothing) {
        block.resize(scan.size());
        bytes = bytes.substr(0, block.size() - std::min(old, block.size()));
      }
    }
    input.remove_prefix(bytes.size());
    return result;
  }

  parse_error parse_block() {
    header_parser parser{current, headers};
    beast::error_code ec;
    parser.put(boost::asio::const_buffer{block.data(), block.size()}, ec);
    if (ec == beast::http::error::bad_version && is_other_version(block))
      return parse_error::bad_version;
    if (ec || !parser.is_done())
      return parse_error::bad_request;
    current.headers = headers;
    current.keep_alive = parser.keep_alive();
    current.upgrade = parser.upgrade() && current.version == 11;
    return check(current, body_framing);
  }

  /// Takes bytes of the body off `input`. Returns whether it is whole.
  bool read_body(std::string_view& input, const request_parser::limits& lim, parse_error& error) {
    if (body_framing.by == framing::kind::chunked) {
      error = chunks(input, body, {lim.body_bytes, lim.header_bytes});
      return chunks.done();
    }
    const auto left = static_cast<std::size_t>(body_framing.length) - body.size();
    const auto part = input.substr(0, left);
    body.append(part);
    input.remove_prefix(part.size());
    return part.size() == left;
  }
};

namespace {

/// Objects without content, for the next requests of this thread.
template <class T> std::vector<std::unique_ptr<T>>& spare() {
  thread_local std::vector<std::unique_ptr<T>> objects;
  return objects;
}

} // namespace

void request_parser::recycle::operator()(impl* used) const noexcept {
  std::unique_ptr<impl> owned{used};
  auto& kept = spare<impl>();
  if (kept.capacity() == 0 || kept.size() == kept_buffers)
    return; // no room was made for it: see `put`
  owned->clear();
  kept.push_back(std::move(owned));
}

request_parser::request_parser(limits lim)
  : limits_{lim} {}
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;
request_parser::~request_parser() = default;

void request_parser::skip_empty_lines(std::string_view& input) {
  while (!input.empty() && error_ == parse_error::none) {
    const bool after_cr = skipped_ % 2 == 1;
    if (!after_cr && input.front() != '\r')
      return;
    if (input.front() != (after_cr ? '\n' : '\r') || ++skipped_ > max_leading_bytes)
      error_ = parse_error::bad_request;
    input.remove_prefix(1);
  }
}

std::size_t request_parser::put(std::string_view input) {
  const auto size = input.size();
  if (state_ == state::idle) {
    skip_empty_lines(input);
    if (!input.empty() && error_ == parse_error::none) {
      // Whoever speaks something else is told so at the first byte.
      if (is_token_char(input.front()))
        begin();
      else
        error_ = parse_error::bad_request;
    }
  }
  if (state_ == state::headers)
    put_headers(input);
  if (state_ == state::body)
    put_body(input);
  if (error_ != parse_error::none)
    state_ = state::failed;
  return size - input.size();
}

void request_parser::begin() {
  auto& kept = spare<impl>();
  kept.reserve(kept_buffers);
  if (kept.empty()) {
    impl_.reset(new impl);
  } else {
    impl_.reset(kept.back().release());
    kept.pop_back();
  }
  state_ = state::headers;
}

void request_parser::put_headers(std::string_view& input) {
  switch (impl_->read_block(input, limits_.header_bytes)) {
  case header_scan::found::nothing:
    if (impl_->block.size() == limits_.header_bytes)
      error_ = parse_error::header_too_large;
    return;
  case header_scan::found::error:
    error_ = parse_error::bad_request;
    return;
  case header_scan::found::end:
    break;
  }
  error_ = impl_->parse_block();
  if (error_ == parse_error::none && impl_->body_framing.length > limits_.body_bytes)
    error_ = parse_error::body_too_large;
  if (error_ == parse_error::none)
    state_ = state::body;
}

void request_parser::put_body(std::string_view& input) {
  if (!impl_->read_body(input, limits_, error_))
    return;
  impl_->current.body = impl_->body;
  state_ = state::complete;
}

request_parser::state request_parser::current_state() const noexcept { return state_; }

parse_error request_parser::error() const noexcept { return error_; }

const request& request_parser::current() const noexcept {
  static const request nothing;
  return impl_ ? impl_->current : nothing;
}

void request_parser::reset() {
  impl_.reset();
  skipped_ = 0;
  state_ = state::idle;
  error_ = parse_error::none;
}

} // namespace actormesh::http
