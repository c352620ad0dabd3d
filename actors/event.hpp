/// The payload of an event in flight.
#pragma once

#include <caf/intrusive_ptr.hpp>
#include <caf/make_counted.hpp>
#include <caf/ref_counted.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh {

/// One encoding of events that subscribers can share, such as what is the same in all frames of a
/// protocol. An edge has a constant for each of its own, `constexpr wire_form text_tail{};`. Which
/// one it is, its address says: no two are the same, and nobody keeps a list of them.
class wire_form {
public:
  constexpr wire_form() noexcept = default;
  wire_form(const wire_form&) = delete;
  wire_form& operator=(const wire_form&) = delete;
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
  /// threads ask at once, one result is kept and both see it. `which` outlives the event.
  template <class Make>
  [[nodiscard]] const std::string& form(const wire_form& which, Make&& make) const {
    const auto* const newest = encodings_.load(std::memory_order_acquire);
    for (const auto* each = newest; each != nullptr; each = each->next)
      if (each->form == &which)
        return each->text;
    return keep(std::make_unique<encoding>(encoding{&which, newest, make(payload())}));
  }
  template <class Make>
  const std::string& form(const wire_form&& which, Make&& make) const = delete;

private:
  /// An event has one or two, seldom more: a list takes less than a slot for each form there is.
  struct encoding {
    const wire_form* form;
    const encoding* next;
    std::string text;
  };

  [[nodiscard]] const std::string& keep(std::unique_ptr<encoding> fresh) const;

  std::string payload_;
  time_point received_;
  mutable std::atomic<const encoding*> encodings_{nullptr}; ///< The newest one; owned.
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
