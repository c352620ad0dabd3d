/// `outbound_queue`: whatever is put into it, whatever the socket takes, what comes out is whole
/// messages in order, no reply is missing, and every event is counted once.
#include "net/outbound_queue.hpp"
#include "net/websocket/framer.hpp"
#include "tests/fuzz/input.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace actormesh;
using config::slow_consumer_policy;
using net::outbound_queue;
using telemetry::loss_reason;

namespace {

constexpr std::size_t most_steps = 200;

/// What is decided by the input; when that is used up, zeros.
class decisions {
public:
  explicit decisions(std::string_view from)
    : from_(from) {}

  [[nodiscard]] bool done() const { return from_.empty(); }

  std::uint8_t next() {
    if (from_.empty())
      return 0;
    const auto first = static_cast<std::uint8_t>(from_.front());
    from_.remove_prefix(1);
    return first;
  }

private:
  std::string_view from_;
};

/// Takes everything, something or nothing, or breaks. Holds the queue to what TLS needs: after
/// `would_block` the same bytes again, and no fewer.
class fickle_stream final : public net::stream {
public:
  explicit fickle_stream(decisions& how)
    : net::stream(socket_type{context()})
    , how_(how) {}

  std::string written;

  result write(std::span<const iovec> what) override {
    std::string offered;
    for (const auto& piece : what) {
      fuzz::require(piece.iov_len != 0, "no piece is empty");
      offered.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    fuzz::require(!offered.empty(), "there is something to write");
    fuzz::require(offered.starts_with(blocked_), "a write that was refused is repeated");
    const auto decision = how_.next();
    broken_ = broken_ || decision == 0xFF;
    if (broken_)
      return {status::failed, 0};
    if (decision % 4 == 3) {
      blocked_ = offered;
      return {status::would_block, 0};
    }
    blocked_.clear();
    const auto taken = decision % 4 == 0 ? offered.size()
                                         : std::min(offered.size(), 1 + decision * std::size_t{97});
    written.append(offered, 0, taken);
    return {status::ok, taken};
  }

private:
  static boost::asio::io_context& context() {
    static boost::asio::io_context shared;
    return shared;
  }

  decisions& how_;
  std::string blocked_;
  bool broken_ = false;
};

/// The length comes first, and something behind, as with chunks of an event stream.
std::size_t put_length(char* out, net::frame_kind, net::framer::payload of) noexcept {
  const auto size = of.own + of.shared;
  std::memcpy(out, &size, sizeof size);
  return sizeof size;
}

constexpr net::framer length_framer{put_length, "\n\n"};

/// A message that was offered.
struct offer {
  std::string bytes; ///< As it should come out.
  bool is_event = false;
};

/// What a frame of a server has to be (RFC 6455 section 5.2), read anew.
void check_frame(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  fuzz::require(bytes.size() >= 2 && (at(0) & 0xB0U) == 0x80U, "final, RSV1 at most");
  std::uint64_t size = at(1);
  std::size_t header = 2;
  if (size >= 126) {
    const std::size_t extended = size == 126 ? 2 : 8;
    fuzz::require(size <= 127, "not masked");
    size = 0;
    for (; header < 2 + extended; ++header)
      size = size << 8U | at(header);
    fuzz::require(size >= (extended == 2 ? 126U : 0x10000U), "the shortest length");
  }
  fuzz::require(bytes.size() == header + size, "the length is right");
}

/// The queue, and what is known of it from outside.
class model {
public:
  model(decisions& how, const net::framer& framing)
    : how_(how)
    , framing_(framing)
    , socket_(how)
    , queue_({socket_, framing, buffers_, counters_}, limit_) {}

  /// False if the connection is over.
  bool step() {
    switch (how_.next() % 8) {
    case 0:
    case 1:
    case 2:
      return offer_event();
    case 3:
      offer_own(websocket::text_message, size_of(how_.next()));
      return true;
    case 4:
      offer_own(websocket::kind_of(websocket::opcode::pong), how_.next() % 126);
      return true;
    case 5:
      queue_.limit(limit_ = size_of(how_.next()));
      highest_limit_ = std::max(highest_limit_, limit_);
      return true;
    case 6:
      return write() != outbound_queue::write_status::failed;
    default:
      return how_.next() != 0xFF && write() != outbound_queue::write_status::failed;
    }
  }

  /// Ends in order: everything goes out.
  void drain() {
    offer_last();
    auto status = write();
    // Until the input is used up the socket may block; after that it takes all.
    while (status == outbound_queue::write_status::more ||
           status == outbound_queue::write_status::blocked)
      status = write();
    if (status == outbound_queue::write_status::failed)
      return abandon();
    fuzz::require(queue_.empty() && queue_.queued_own_bytes() == 0, "nothing is left");
    const auto seen = read_back();
    fuzz::require(seen.rest.empty() && seen.all_replies, "everything is there, and nothing else");
    fuzz::require(seen.events == counters_.deliveries.get(), "what came out has been delivered");
    check_counts();
  }

  /// Ends at once.
  void abandon() {
    queue_.abandon(loss_reason::connection_closed);
    fuzz::require(queue_.empty() && queue_.queued_own_bytes() == 0, "nothing is left");
    fuzz::require(read_back().events >= counters_.deliveries.get(), "what was delivered came out");
    check_counts();
  }

  void check_bounds() {
    const auto own = queue_.queued_own_bytes();
    const auto all = queue_.queued_bytes();
    fuzz::require(own <= all, "own bytes are part of all");
    fuzz::require(own <= highest_limit_ + largest_, "own messages are bounded");
    // A buffer that was filled without looking at the limit, and its last message.
    const auto buffer = net::write_buffer::capacity + largest_;
    // What is refilled from the backlog may be own messages, which count as such no longer.
    fuzz::require(all - own <= std::max(highest_limit_, buffer) + largest_ + buffer,
                  "events are bounded");
    if (counters_.lost(loss_reason::slow_consumer_dropped_oldest).get() == 0)
      fuzz::require(all == accepted_bytes_ - socket_.written.size(), "no byte is missing");
    fuzz::require(counters_.bytes_sent.get() == socket_.written.size(), "bytes sent are counted");
  }

private:
  /// Sizes at which something changes: a header's length, referring to what is large, a buffer.
  static std::size_t size_of(std::uint8_t choice) {
    constexpr std::array<std::size_t, 8> sizes{0, 20, 125, 1000, 4095, 4096, 30'000, 70'000};
    return sizes[choice % sizes.size()] + choice / sizes.size();
  }

  [[nodiscard]] std::string framed(net::frame_kind kind, std::string_view own,
                                   std::string_view shared) const {
    std::array<char, net::framer::max_head> head{};
    const auto size = framing_.head(head.data(), kind, {own.size(), shared.size()});
    std::string all{head.data(), size};
    all.append(own).append(shared).append(framing_.tail);
    if (&framing_ == &websocket::message_framer)
      check_frame(all);
    return all;
  }

  /// Different for each message, so that what comes out can be told apart.
  std::string next_name() { return "#" + std::to_string(++names_) + ":"; }

  bool offer_event() {
    const auto choice = how_.next();
    const auto policy = static_cast<slow_consumer_policy>(choice % 3);
    const auto kind =
        (choice & 0x80U) != 0 ? websocket::compressed_text_message : websocket::text_message;
    const auto what =
        caf::make_counted<event>(std::string(size_of(how_.next()), 'e'), event::time_point{});
    const auto prefix = std::make_shared<const std::string>(next_name());
    const auto lost_before = lost_to_policies();
    const auto newest_before = newest_lost();
    auto bytes = framed(kind, *prefix, what->payload());
    largest_ = std::max(largest_, bytes.size());
    ++events_;
    const auto status = queue_.append_event({prefix, what, what->payload(), kind}, policy);
    if (status == outbound_queue::event_status::failed) {
      ++uncounted_;
      return false;
    }
    const auto refused = status == outbound_queue::event_status::refused;
    fuzz::require(!refused || policy == slow_consumer_policy::disconnect, "one policy refuses");
    if (policy == slow_consumer_policy::disconnect)
      fuzz::require(refused == (lost_to_policies() != lost_before), "what is refused is lost");
    if (!refused && newest_lost() == newest_before)
      accepted_bytes_ += bytes.size();
    offers_.push_back({std::move(bytes), true});
    return true;
  }

  void offer_own(net::frame_kind kind, std::size_t size) {
    const auto text = next_name() + std::string(size, 'o');
    auto bytes = framed(kind, text, {});
    const auto before = queue_.queued_own_bytes();
    if (!queue_.append(kind, text)) {
      fuzz::require(before != 0 && before + bytes.size() > limit_, "only a full queue refuses");
      return;
    }
    accept_own(std::move(bytes));
  }

  void offer_last() {
    const auto kind = websocket::kind_of(websocket::opcode::close);
    queue_.append_last(kind, "last");
    accept_own(framed(kind, "last", {}));
  }

  void accept_own(std::string bytes) {
    largest_ = std::max(largest_, bytes.size());
    accepted_bytes_ += bytes.size();
    offers_.push_back({std::move(bytes), false});
  }

  outbound_queue::write_status write() {
    const auto status = queue_.write();
    if (status == outbound_queue::write_status::done)
      fuzz::require(queue_.empty(), "done is done");
    else
      fuzz::require(!queue_.empty(), "something is left");
    return status;
  }

  struct reading {
    std::uint64_t events = 0;
    std::string_view rest; ///< No whole message.
    bool all_replies = true;
  };

  /// Finds the offers in what was written. Only events may be missing from among them.
  [[nodiscard]] reading read_back() const {
    reading result{.rest = socket_.written};
    for (const auto& each : offers_) {
      if (result.rest.starts_with(each.bytes)) {
        result.rest.remove_prefix(each.bytes.size());
        result.events += each.is_event ? 1 : 0;
      } else if (!each.is_event) {
        // A reply that is not there: the connection has ended before.
        fuzz::require(each.bytes.starts_with(result.rest), "no reply is lost, order is kept");
        result.all_replies = false;
        return result;
      } else if (!result.rest.empty() && each.bytes.starts_with(result.rest)) {
        result.all_replies = false; // It ended within this one.
        return result;
      }
    }
    return result;
  }

  [[nodiscard]] std::uint64_t newest_lost() {
    return counters_.lost(loss_reason::slow_consumer_dropped_newest).get();
  }

  [[nodiscard]] std::uint64_t lost_to_policies() {
    return counters_.lost(loss_reason::slow_consumer_disconnected).get() +
           counters_.lost(loss_reason::slow_consumer_dropped_oldest).get() + newest_lost();
  }

  void check_counts() {
    fuzz::require(counters_.deliveries.get() + lost_to_policies() +
                          counters_.lost(loss_reason::connection_closed).get() + uncounted_ ==
                      events_,
                  "every event is counted once");
  }

  decisions& how_;
  const net::framer& framing_;
  fickle_stream socket_;
  net::buffer_pool buffers_;
  telemetry::loop_counters counters_;
  std::size_t limit_ = 100'000;
  std::size_t highest_limit_ = limit_;
  outbound_queue queue_;
  std::vector<offer> offers_;
  std::size_t names_ = 0;
  std::size_t largest_ = 0;
  std::size_t accepted_bytes_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t uncounted_ = 0; ///< Those that the caller counts: the socket broke under them.
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decisions how{fuzz::view(data, size)};
  model all{how, how.next() % 2 == 0 ? websocket::message_framer : length_framer};
  for (std::size_t step = 0; step < most_steps && !how.done(); ++step) {
    if (!all.step()) {
      all.abandon();
      return 0;
    }
    all.check_bounds();
  }
  all.drain();
  return 0;
}
