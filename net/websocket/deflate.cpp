#include "net/websocket/deflate.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/beast/zlib/inflate_stream.hpp>

#include <algorithm>
#include <utility>

namespace actormesh::websocket {

namespace {

namespace zlib = boost::beast::zlib;

/// What RFC 7692 takes off the end of a message: an empty stored block without its first byte.
constexpr std::string_view sync_marker{"\x00\x00\xFF\xFF", 4};

/// First guess at the size of a decompressed message; it doubles from there.
constexpr std::size_t first_output = 1024;

/// Of `z_params::data_type`: bits that were read ahead, and whether the decoder stands between two
/// blocks.
constexpr int bits_ahead = 63;
constexpr int between_blocks = 128;

/// Decompresses one message into a text that grows as needed.
class inflation {
public:
  inflation(zlib::inflate_stream& stream, std::size_t limit)
    : stream_{stream}
    , limit_{limit} {
    stream_.reset();
  }

  /// Decompresses up to the end of `data`, or of a block that is marked as the last one (others may
  /// follow it, RFC 7692 section 7.2.1). Returns what is left.
  std::string_view write(std::string_view data) {
    zlib::z_params params{};
    params.next_in = data.data();
    params.avail_in = data.size();
    ended_ = false;
    do {
      step(params);
    } while (!failed() && !ended_ && params.avail_out == 0);
    if (!ended_)
      return {};
    stream_.reset();
    const auto ahead = static_cast<std::size_t>(params.data_type & bits_ahead) / 8;
    return data.substr(data.size() - std::min(data.size(), params.avail_in + ahead));
  }

  /// Whether the last write came to the end of a block that is marked as the last one.
  [[nodiscard]] bool ended() const noexcept { return ended_; }

  /// Whether the data so far ends with a block.
  [[nodiscard]] bool whole() const noexcept { return whole_; }

  [[nodiscard]] bool failed() const noexcept { return broken_ || too_big(); }
  [[nodiscard]] bool too_big() const noexcept { return size_ > limit_; }

  std::string take() {
    out_.resize(size_);
    return std::move(out_);
  }

private:
  void step(zlib::z_params& params) {
    make_room();
    const auto room = out_.size() - size_;
    const auto left = params.avail_in;
    params.next_out = out_.data() + size_;
    params.avail_out = room;
    boost::beast::error_code ec;
    stream_.write(params, zlib::Flush::sync, ec);
    size_ += room - params.avail_out;
    ended_ = ec == zlib::error::end_of_stream;
    broken_ = ec && !ended_ && ec != zlib::error::need_buffers;
    if (params.avail_in != left || params.avail_out != room)
      whole_ = ended_ || (params.data_type & between_blocks) != 0;
  }

  /// Keeps room for at least one byte, at most for one beyond the limit.
  void make_room() {
    if (size_ == out_.size())
      out_.resize(std::min(limit_ + 1, std::max(first_output, 2 * out_.size())));
  }

  zlib::inflate_stream& stream_;
  std::size_t limit_;
  std::string out_;
  std::size_t size_ = 0; ///< Of the text within `out_`.
  bool whole_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

/// Texts up to this size are compressed with small tables: clearing the large ones takes longer
/// than compressing an event.
constexpr std::size_t small_text = 4 * 1024;

class compression : public zlib::deflate_stream {
public:
  compression(int window_bits, int memory_level) {
    reset(zlib::default_size, window_bits, memory_level, zlib::Strategy::normal);
  }
};

/// Compressors take 32 KiB and 256 KiB: one of each for a thread that compresses, not one for each
/// connection or message.
zlib::deflate_stream& compressor(std::size_t size) {
  if (size <= small_text) {
    thread_local compression small{12, 5};
    return small;
  }
  thread_local compression large{15, 8};
  return large;
}

} // namespace

std::array<char, 5> stored_block_header(std::uint16_t size) noexcept {
  const auto low = [](unsigned value) { return static_cast<char>(value & 0xFFU); };
  const auto inverse = static_cast<unsigned>(~size) & 0xFFFFU;
  return {0, low(size), low(size >> 8U), low(inverse), low(inverse >> 8U)};
}

std::string deflate_tail(std::string_view text) {
  auto& stream = compressor(text.size());
  stream.reset();
  std::string out(zlib::deflate_upper_bound(text.size()) + sync_marker.size(), '\0');
  zlib::z_params params{};
  params.next_in = text.data();
  params.avail_in = text.size();
  std::size_t size = 0;
  while (true) {
    params.next_out = out.data() + size;
    params.avail_out = out.size() - size;
    boost::beast::error_code ec;
    stream.write(params, zlib::Flush::sync, ec);
    size = out.size() - params.avail_out;
    // Room that is left means that all has been flushed.
    if (params.avail_out != 0)
      break;
    out.resize(2 * out.size());
  }
  out.resize(size - sync_marker.size());
  return out;
}

inflated inflate_message(std::string_view data, std::size_t limit) {
  if (data.empty())
    return {std::string{}, false};
  // Its tables and window take 40 KiB: one for each thread.
  thread_local zlib::inflate_stream stream;
  inflation run{stream, limit};
  while (!data.empty() && !run.failed())
    data = run.write(data);
  // Some end with a block marked as the last one and nothing more.
  if (!run.failed() && !run.ended())
    run.write(sync_marker);
  if (run.failed() || !run.whole())
    return {std::nullopt, run.too_big()};
  return {run.take(), false};
}

} // namespace actormesh::websocket
