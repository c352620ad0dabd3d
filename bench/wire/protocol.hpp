/// What the generator needs to know of a protocol to measure a server that speaks it.
#pragma once

#include "bench/measure/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace actormesh::bench::wire {

/// The server refused, closed, or sent what the protocol doesn't allow.
class protocol_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What one stretch of received bytes contained.
struct intake {
  std::size_t consumed = 0;     ///< Bytes of whole messages; the rest comes again with more.
  std::uint64_t events = 0;     ///< Events delivered to a subscription.
  std::uint64_t accepted = 0;   ///< Publishes that the server acknowledged.
  std::uint64_t greeted = 0;    ///< Replies to the greeting.
  std::uint64_t subscribed = 0; ///< Replies to a subscription.
};

/// Formats what a client says and counts what a server answers. No sockets, no clock.
///
/// A connection sends `opening`, waits until `opened` is not 0, sends `greeting`, and is ready when
/// the reply to the greeting, or to the subscription in it, has come. An empty text is skipped.
class protocol {
public:
  virtual ~protocol() = default;

  [[nodiscard]] virtual std::string opening() const = 0;

  /// Returns the length of the answer to the opening at the front of `bytes`, 0 for "more needed".
  /// Throws `protocol_error` when the server refused.
  [[nodiscard]] virtual std::size_t opened(std::string_view bytes) const = 0;

  /// Returns the client's first messages; they subscribe to `channel` unless that is empty.
  /// `number` makes the subscription's id unique; ids all have the same length.
  [[nodiscard]] virtual std::string greeting(std::string_view channel,
                                             std::size_t number) const = 0;

  /// Appends the publish of one event. `number` makes the publish's id unique.
  virtual void append_publish(std::string& out, std::string_view channel, std::uint64_t number,
                              std::uint64_t moment) = 0;

  /// Counts the whole messages at the front of `bytes` and records the age of their events.
  /// Throws `protocol_error` when the server reports an error.
  virtual intake read(std::string_view bytes, std::uint64_t now, histogram& latency) = 0;
};

} // namespace actormesh::bench::wire
