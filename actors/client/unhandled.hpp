/// How many bytes of events subscribers have in their mailboxes.
#pragma once

#include "actors/client/internal_messages.hpp"
#include "actors/loop_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace actormesh::client {

/// Any thread: counts what is held, and tells a session when it has become less than the limit.
class unhandled : public std::enable_shared_from_this<unhandled> {
public:
  unhandled(std::size_t limit, caf::weak_actor_ptr session)
    : limit_(limit)
    , session_(std::move(session)) {}

  [[nodiscard]] bool full() const noexcept { return bytes_.load() >= limit_; }

  /// Counts `bytes` until what is returned has been destroyed.
  [[nodiscard]] std::shared_ptr<const void> hold(std::size_t bytes) {
    bytes_ += bytes;
    return std::make_shared<held>(shared_from_this(), bytes);
  }

private:
  struct held {
    held(std::shared_ptr<unhandled> where, std::size_t much)
      : from(std::move(where))
      , bytes(much) {}
    held(const held&) = delete;
    held& operator=(const held&) = delete;
    ~held() { from->let_go(bytes); }

    std::shared_ptr<unhandled> from;
    std::size_t bytes;
  };

  void let_go(std::size_t bytes) {
    const auto before = bytes_.fetch_sub(bytes);
    if (before < limit_ || before - bytes >= limit_)
      return;
    if (const auto to = caf::actor_cast<caf::strong_actor_ptr>(session_))
      tell(to, nullptr, caught_up{});
  }

  std::atomic<std::size_t> bytes_{0};
  std::size_t limit_;
  caf::weak_actor_ptr session_;
};

} // namespace actormesh::client
