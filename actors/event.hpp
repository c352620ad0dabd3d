/// The payload of an event in flight.
#pragma once

#include <caf/intrusive_ptr.hpp>
#include <caf/make_counted.hpp>
#include <caf/ref_counted.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh {

/// The encodings an event can be asked for. Each edge owns its values.
enum class wire_form : std::uint8_t {
  appsync_text,     ///< The shared part of a `data` frame.
  appsync_deflated, ///< The same, compressed.
  count,
};

/// Any thread: one event, as published, shared by everything that carries it.
class event final : public caf::ref_counted {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `received` is when its publish request was read.
  event(std::string payload, time_point received)
    : payload_(std::move(payload))
    , received_(received) {}

  ~event() override;

  [[nodiscard]] std::string_view payload() const noexcept { return payload_; }
  [[nodiscard]] time_point received() const noexcept { return received_; }

  /// Returns the event in one wire form. The first to ask makes it with `make(payload)`; if two
  /// threads ask at once, one result is kept and both see it.
  template <class Make> [[nodiscard]] const std::string& form(wire_form which, Make&& make) const {
    auto& slot = forms_[static_cast<std::size_t>(which)];
    if (const auto* known = slot.load(std::memory_order_acquire))
      return *known;
    auto fresh = std::make_unique<const std::string>(make(payload()));
    const std::string* expected = nullptr;
    if (slot.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel,
                                     std::memory_order_acquire))
      return *fresh.release();
    return *expected;
  }

private:
  std::string payload_;
  time_point received_;
  mutable std::array<std::atomic<const std::string*>, static_cast<std::size_t>(wire_form::count)>
      forms_{};
};

using event_ptr = caf::intrusive_ptr<const event>;

/// Any thread: events of one channel that travel together, in order. Never changed once shared.
class event_batch final : public caf::ref_counted {
public:
  /// `channel` is the channel's key (`make_channel_key`).
  explicit event_batch(std::string channel, std::vector<event_ptr> list = {});
  ~event_batch() override;

  [[nodiscard]] const std::string& channel() const noexcept { return channel_; }

  [[nodiscard]] const std::vector<event_ptr>& events() const noexcept { return events_; }
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  /// About how many bytes of memory the events take.
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

  /// Only before the batch is shared.
  void append(event_ptr what);
  /// Only before the batch is shared.
  void append(const event_batch& other);

private:
  std::string channel_;
  std::vector<event_ptr> events_;
  std::size_t footprint_ = 0;
};

using event_batch_ptr = caf::intrusive_ptr<const event_batch>;

} // namespace actormesh
