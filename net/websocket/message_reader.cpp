#include "net/websocket/message_reader.hpp"

#include "net/websocket/deflate.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::websocket {

namespace {

constexpr std::size_t max_control_payload = 125;

/// Two bytes, the longest length and the mask.
constexpr std::size_t max_masked_header = 14;

using mask_key = std::array<unsigned char, 4>;

/// A frame header, decoded.
struct frame {
  opcode op = opcode::text;
  bool fin = false;
  bool rsv1 = false;
  mask_key key{};
  std::uint64_t size = 0; ///< Of the payload.
};

constexpr unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

constexpr bool is_control(opcode op) noexcept { return (static_cast<unsigned>(op) & 0x8U) != 0; }

constexpr opcode opcode_of(unsigned first) noexcept { return static_cast<opcode>(first & 0x0FU); }

constexpr bool is_known(opcode op) noexcept {
  return op <= opcode::binary || (op >= opcode::close && op <= opcode::pong);
}

/// Bytes of the length field after the first two bytes.
constexpr std::size_t extended_length(unsigned second) noexcept {
  const auto length = second & 0x7FU;
  return length == 126 ? 2 : length == 127 ? 8 : 0;
}

/// The key as it applies from `offset` bytes into the payload on.
mask_key rotated(const mask_key& key, std::uint64_t offset) noexcept {
  mask_key result{};
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = key[(offset + i) % key.size()];
  return result;
}

void unmask(std::span<char> bytes, const mask_key& key) noexcept {
  std::uint32_t half = 0;
  std::memcpy(&half, key.data(), sizeof(half));
  const auto wide = (static_cast<std::uint64_t>(half) << 32U) | half;
  std::size_t at = 0;
  for (; at + sizeof(wide) <= bytes.size(); at += sizeof(wide)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    word ^= wide;
    std::memcpy(bytes.data() + at, &word, sizeof(word));
  }
  for (; at < bytes.size(); ++at)
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ key[at % key.size()]);
}

/// RFC 6455 section 7.4: codes that may stand in a close frame.
constexpr bool may_be_sent(unsigned code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

} // namespace

/// What is kept of a message, a frame or a header that is not whole.
struct message_reader::partial {
  // Header that is not whole.
  std::array<char, max_masked_header> header{};
  std::size_t header_size = 0;

  // Frame that is not whole.
  bool in_frame = false;
  frame current;
  std::uint64_t received = 0; ///< Bytes of the current frame's payload.
  std::array<char, max_control_payload> control{};

  // Message that is not whole.
  bool in_message = false;
  opcode kind = opcode::text;
  compressed rsv1 = compressed::no;
  std::vector<char> data;

  // What the last message was handed out from.
  std::vector<char> whole;
  std::string inflated;

  [[nodiscard]] bool empty() const noexcept {
    return header_size == 0 && !in_frame && !in_message && whole.empty() && inflated.empty();
  }

  /// Frees what a message was handed out from; assigning would keep the memory.
  void release() noexcept {
    std::vector<char>{}.swap(whole);
    std::string{}.swap(inflated);
  }

  void append(std::span<const char> bytes, std::size_t limit) {
    const auto size = data.size() + bytes.size();
    if (size > data.capacity())
      data.reserve(std::max(size, std::min(2 * data.capacity(), limit)));
    data.insert(data.end(), bytes.begin(), bytes.end());
  }
};

/// One call of `next`: what is left of the input and what has been found in it.
class message_reader::turn {
public:
  turn(message_reader& reader, std::span<char> input) noexcept
    : reader_{reader}
    , rest_{input} {}

  step run(std::size_t input_size) {
    while (!result_.complete && result_.error == read_error::none) {
      if (!in_frame() && !read_header())
        break;
      if (!read_payload())
        break;
    }
    result_.consumed = input_size - rest_.size();
    return result_;
  }

private:
  [[nodiscard]] partial* held() const noexcept { return reader_.partial_.get(); }

  partial& hold() {
    if (!reader_.partial_) {
      reader_.partial_ = std::make_unique<partial>();
      ++reader_.begun_;
    }
    return *reader_.partial_;
  }

  [[nodiscard]] bool in_frame() const noexcept { return held() && held()->in_frame; }
  [[nodiscard]] bool in_message() const noexcept { return held() && held()->in_message; }

  bool fail(read_error error) noexcept {
    result_.error = error;
    return false;
  }

  std::span<char> take(std::size_t count) noexcept {
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // -- headers ---------------------------------------------------------------------------------

  /// Reads a frame header into `frame_`. Returns false if it is not whole or wrong.
  bool read_header() {
    std::array<char, max_masked_header> bytes{};
    std::size_t have = 0;
    if (held()) {
      have = std::exchange(held()->header_size, 0);
      std::copy_n(held()->header.begin(), have, bytes.begin());
    }
    // The first two bytes say how long the header is, and most of what can be wrong with it.
    std::size_t need = 2;
    if (have >= need)
      need = whole_header(bytes);
    while (have < need && !rest_.empty()) {
      bytes[have++] = take(1).front();
      if (have == 2) {
        const std::string_view two{bytes.data(), 2};
        if (const auto error = check_start(two); error != read_error::none)
          return fail(error);
        need = whole_header(bytes);
      }
    }
    if (have < need) {
      keep_header(bytes, have);
      return false;
    }
    return decode({bytes.data(), need});
  }

  static std::size_t whole_header(std::span<const char> two) noexcept {
    return 2 + extended_length(static_cast<unsigned char>(two[1])) + mask_key{}.size();
  }

  void keep_header(std::span<const char> bytes, std::size_t count) {
    if (count == 0)
      return;
    auto& to = hold();
    std::copy_n(bytes.begin(), count, to.header.begin());
    to.header_size = count;
  }

  /// Checks what the first two bytes say.
  [[nodiscard]] read_error check_start(std::string_view two) const noexcept {
    const auto first = byte_at(two, 0);
    const auto second = byte_at(two, 1);
    const auto op = opcode_of(first);
    const bool fin = (first & 0x80U) != 0;
    if (!is_known(op))
      return read_error::bad_opcode;
    const bool may_compress = reader_.opts_.deflate && (op == opcode::text || op == opcode::binary);
    if ((first & 0x30U) != 0 || ((first & 0x40U) != 0 && !may_compress))
      return read_error::reserved_bits;
    if ((second & 0x80U) == 0)
      return read_error::not_masked;
    if (is_control(op))
      return fin && (second & 0x7FU) <= max_control_payload ? read_error::none
                                                            : read_error::bad_control_frame;
    if ((op == opcode::continuation) != in_message())
      return read_error::bad_fragment;
    return op == opcode::binary && !reader_.opts_.binary ? read_error::binary : read_error::none;
  }

  bool decode(std::string_view header) {
    const auto first = byte_at(header, 0);
    frame_.op = opcode_of(first);
    frame_.fin = (first & 0x80U) != 0;
    frame_.rsv1 = (first & 0x40U) != 0;
    const auto extended = extended_length(byte_at(header, 1));
    frame_.size = byte_at(header, 1) & 0x7FU;
    if (extended != 0) {
      frame_.size = 0;
      for (const char byte : header.substr(2, extended))
        frame_.size = frame_.size << 8U | static_cast<unsigned char>(byte);
      const std::uint64_t shortest = extended == 2 ? 126 : 0x10000;
      if (frame_.size < shortest || frame_.size >> 63U != 0)
        return fail(read_error::bad_length);
    }
    std::memcpy(frame_.key.data(), header.data() + 2 + extended, frame_.key.size());
    if (!is_control(frame_.op) && !fits())
      return fail(read_error::too_big);
    return true;
  }

  /// Whether the message stays within its limit with the frame at hand.
  [[nodiscard]] bool fits() const noexcept {
    const auto before = in_message() ? held()->data.size() : 0;
    return before <= reader_.opts_.message_bytes &&
           frame_.size <= reader_.opts_.message_bytes - before;
  }

  // -- payload ---------------------------------------------------------------------------------

  /// Reads the payload of the current frame. Returns false if it is not whole or wrong.
  bool read_payload() {
    if (!in_frame()) {
      if (frame_.size <= rest_.size())
        return read_whole_frame();
      begin_frame();
    }
    return read_frame_part();
  }

  bool read_whole_frame() {
    const auto payload = take(static_cast<std::size_t>(frame_.size));
    unmask(payload, frame_.key);
    const std::string_view text{payload.data(), payload.size()};
    if (is_control(frame_.op))
      return finish_control(frame_.op, text);
    if (frame_.fin && !in_message())
      return finish_message(frame_.op, text, frame_.rsv1 ? compressed::yes : compressed::no);
    begin_message();
    held()->append(payload, reader_.opts_.message_bytes);
    return finish_fragment();
  }

  void begin_message() {
    auto& to = hold();
    if (std::exchange(to.in_message, true))
      return;
    to.kind = frame_.op;
    to.rsv1 = frame_.rsv1 ? compressed::yes : compressed::no;
  }

  void begin_frame() {
    auto& to = hold();
    to.in_frame = true;
    to.current = frame_;
    to.received = 0;
    if (!is_control(frame_.op))
      begin_message();
  }

  bool read_frame_part() {
    auto& from = *held();
    frame_ = from.current;
    const auto part = take(static_cast<std::size_t>(
        std::min<std::uint64_t>(frame_.size - from.received, rest_.size())));
    unmask(part, rotated(frame_.key, from.received));
    if (is_control(frame_.op))
      std::copy(part.begin(), part.end(),
                from.control.begin() + static_cast<std::ptrdiff_t>(from.received));
    else
      from.append(part, reader_.opts_.message_bytes);
    from.received += part.size();
    if (from.received < frame_.size)
      return false;
    from.in_frame = false;
    if (is_control(frame_.op))
      return finish_control(frame_.op,
                            {from.control.data(), static_cast<std::size_t>(frame_.size)});
    return finish_fragment();
  }

  bool finish_fragment() {
    if (!frame_.fin)
      return true;
    auto& from = *held();
    from.in_message = false;
    from.whole = std::exchange(from.data, {});
    return finish_message(from.kind, {from.whole.data(), from.whole.size()}, from.rsv1);
  }

  bool finish_message(opcode kind, std::string_view text, compressed rsv1) {
    if (rsv1 == compressed::yes) {
      auto plain = inflate_message(text, reader_.opts_.message_bytes);
      if (!plain.text)
        return fail(plain.too_big ? read_error::too_big : read_error::bad_compression);
      auto& to = hold();
      to.inflated = std::move(*plain.text);
      text = to.inflated;
    }
    if (kind == opcode::text && !text::is_utf8(text))
      return fail(read_error::invalid_utf8);
    result_.complete = message{kind, text, close_code::none};
    return true;
  }

  bool finish_control(opcode op, std::string_view payload) {
    if (op == opcode::close)
      return finish_close(payload);
    result_.complete = message{op, payload, close_code::none};
    return true;
  }

  bool finish_close(std::string_view payload) {
    if (payload.empty()) {
      result_.complete = message{opcode::close, {}, close_code::none};
      return true;
    }
    if (payload.size() < 2)
      return fail(read_error::bad_close);
    const auto code = byte_at(payload, 0) << 8U | byte_at(payload, 1);
    if (!may_be_sent(code))
      return fail(read_error::bad_close);
    payload.remove_prefix(2);
    if (!text::is_utf8(payload))
      return fail(read_error::invalid_utf8);
    result_.complete = message{opcode::close, payload, static_cast<close_code>(code)};
    return true;
  }

  message_reader& reader_;
  std::span<char> rest_;
  frame frame_; ///< The one at hand, when `in_frame()` isn't.
  step result_;
};

const char* to_string(read_error error) noexcept {
  switch (error) {
  case read_error::none:
    return "none";
  case read_error::not_masked:
    return "frame is not masked";
  case read_error::reserved_bits:
    return "reserved bits are set";
  case read_error::bad_opcode:
    return "unknown opcode";
  case read_error::bad_control_frame:
    return "control frame is fragmented or too long";
  case read_error::bad_length:
    return "payload length is not in its shortest form";
  case read_error::bad_fragment:
    return "fragment out of sequence";
  case read_error::bad_close:
    return "invalid close code";
  case read_error::binary:
    return "binary messages are not supported";
  case read_error::invalid_utf8:
    return "text is not UTF-8";
  case read_error::bad_compression:
    return "message does not decompress";
  case read_error::too_big:
    return "message is too big";
  }
  return "unknown";
}

close_code close_code_of(read_error error) noexcept {
  switch (error) {
  case read_error::none:
    return close_code::none;
  case read_error::not_masked:
  case read_error::reserved_bits:
  case read_error::bad_opcode:
  case read_error::bad_control_frame:
  case read_error::bad_length:
  case read_error::bad_fragment:
  case read_error::bad_close:
    return close_code::protocol_error;
  case read_error::binary:
    return close_code::unsupported_data;
  case read_error::invalid_utf8:
  case read_error::bad_compression:
    return close_code::invalid_payload;
  case read_error::too_big:
    return close_code::message_too_big;
  }
  return close_code::protocol_error;
}

message_reader::message_reader(options opts) noexcept
  : opts_{opts} {}
message_reader::message_reader(message_reader&&) noexcept = default;
message_reader& message_reader::operator=(message_reader&&) noexcept = default;
message_reader::~message_reader() = default;

message_reader::step message_reader::next(std::span<char> input) {
  if (partial_) {
    partial_->release();
    if (partial_->empty())
      partial_.reset();
  }
  return turn{*this, input}.run(input.size());
}

std::optional<std::uint32_t> message_reader::unfinished() const noexcept {
  return partial_ ? std::optional{begun_} : std::nullopt;
}

std::size_t message_reader::buffered() const noexcept {
  if (!partial_)
    return 0;
  const auto control = partial_->in_frame && is_control(partial_->current.op);
  return partial_->header_size + partial_->data.size() +
         (control ? static_cast<std::size_t>(partial_->received) : 0);
}

} // namespace actormesh::websocket
