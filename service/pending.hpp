/// What of a client waits for somebody else's word: an issuer, a web hook.
#pragma once

#include "auth/verdict.hpp"
#include "net/event_loop.hpp"
#include "service/tenant.hpp"

#include <functional>
#include <memory>

namespace actormesh::service {

/// How an answer that is not there yet can be had (`access::decision::later`).
using later = std::function<void(auth::answer_handler)>;

/// Loop-bound: the one operation of a connection that waits. While it does, the edge hands over
/// nothing else of that connection, so that order holds and memory is bounded.
class pending {
public:
  /// The edge. It outlives this.
  class waiter {
  public:
    /// Something waits: hand over nothing until `go_on`.
    virtual void hold() = 0;

    /// Nothing waits any more: go on with what the client has said meanwhile.
    virtual void go_on() = 0;

  protected:
    ~waiter() = default;
  };

  explicit pending(waiter& whose) noexcept
    : owner_(whose) {}
  pending(const pending&) = delete;
  pending& operator=(const pending&) = delete;

  [[nodiscard]] bool busy() const noexcept { return alive_ != nullptr; }

  /// Asks by `ask`, calls `then` on the loop with the answer, and then `waiter::go_on`; neither, if
  /// this has been cancelled or destroyed by then. `to` lives until the answer is there. To be
  /// called only if nothing waits. `then` may be destroyed on another thread.
  void wait(net::event_loop& loop, tenant_ptr to, const later& ask,
            std::function<void(const auth::answer&)> then);

  /// Forgets what waits.
  void cancel() noexcept { alive_ = nullptr; }

private:
  waiter& owner_;
  std::shared_ptr<char> alive_; ///< Null while nothing waits.
};

} // namespace actormesh::service
