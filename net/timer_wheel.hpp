/// All time-outs of a loop in one place.
#pragma once

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actormesh::net {

/// Loop-bound: a hashed wheel. An entry fires at its time or up to one tick later, never earlier.
/// Setting, moving and dropping an entry take constant time and no memory.
class timer_wheel {
public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  static constexpr std::chrono::milliseconds tick{100};

  /// Something with a time-out. Destroying it takes it off the wheel.
  class entry : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  public:
    /// The time has come. The entry is off the wheel; it may be set again or destroyed here.
    virtual void expired(time_point now) = 0;

  protected:
    ~entry() = default;

  private:
    friend class timer_wheel;
    time_point deadline_{};
  };

  explicit timer_wheel(time_point now)
    : next_tick_(tick_of(now)) {}

  /// Sets or moves an entry.
  void set(entry& what, time_point deadline);

  /// Takes an entry off, if it is on.
  static void drop(entry& what);

  /// Fires what is due, at most `bound` entries. Returns whether more is due.
  bool advance(time_point now, std::size_t bound);

private:
  static constexpr std::size_t slots = 1024;

  using list = boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>>;

  static std::int64_t tick_of(time_point when) { return when.time_since_epoch() / tick; }

  std::array<list, slots> wheel_;
  list due_;
  std::int64_t next_tick_; ///< The first tick that has not been looked at.
};

} // namespace actormesh::net
