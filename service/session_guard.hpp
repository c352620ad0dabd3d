/// The corridor of a connection: may it be here, and for how long? Asked, counted, written down and
/// ended the same for every kind of client.
#pragma once

#include "actors/close_reason.hpp"
#include "actors/connection.hpp"
#include "net/address_limit.hpp"
#include "net/event_loop.hpp"
#include "service/admission.hpp"
#include "service/call.hpp"
#include "service/decide.hpp"
#include "service/pending.hpp"
#include "service/tenant.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::service {

/// Who comes, as far as it does not take credentials to know.
struct visitor {
  boost::asio::ip::address remote;
  std::string id;             ///< What the connection will be called.
  std::string_view transport; ///< `websocket`, `mesh`, ...: for the log. A literal.
};

/// A client that wants in, before it has a connection: what has been found out about it so far. Of
/// one thread at a time; it may be found out on another than that of the connection.
class arrival {
public:
  /// Asks for a place among the connections of `to`. This comes before everything else: who is
  /// refused holds a place, too, until it is gone, so that wrong credentials are bounded like right
  /// ones.
  arrival(tenant_ptr to, visitor who, std::chrono::steady_clock::time_point now);

  /// Keeps its place among the connections of its address until it is known that it may stay. Who
  /// is refused keeps it until it is gone, and so can't come without end.
  void keep(net::address_limit::ticket entered) noexcept { entered_ = std::move(entered); }

  /// Refuses for a reason of the edge's own, if nothing else was wrong before.
  void refuse(failure why) noexcept;

  /// Asks who it is, and whether it may, if nothing was wrong before. `shown` is null if the
  /// credentials can't be read.
  void decide(const auth::credentials* shown, const auth::signed_request& over);

  [[nodiscard]] const tenant_ptr& to() const noexcept { return to_; }
  [[nodiscard]] const visitor& who() const noexcept { return who_; }

  /// Why it can't stay; `none` while somebody else is yet to be asked.
  [[nodiscard]] failure refused() const noexcept { return refused_; }

  /// Counts and writes down what became of it. For a client that is turned away without getting a
  /// connection; otherwise its guard does that.
  void note_outcome(telemetry::loop_counters& counters) const;

private:
  friend class session_guard;

  [[nodiscard]] caller from() const { return {who_.remote, who_.id, who_.id}; }

  tenant_ptr to_;
  visitor who_;
  admission::ticket place_;
  net::address_limit::ticket entered_;
  failure refused_ = failure::none;
  auth::answer got_{auth::verdict::allowed};
  later deciding_; ///< Null unless somebody else has to be asked.
};

/// Loop-bound: the right of one connection to be here, from its first moment to its last. A part of
/// its edge.
class session_guard final : private net::timer_wheel::entry {
public:
  /// The edge.
  class watcher : public pending::waiter {
  public:
    /// It is known whether the client may stay. If not (`session_guard::refused`), it is told as
    /// its protocol wants, and the connection is closed.
    virtual void on_decided() = 0;

    /// What it came in with has expired: close the connection with `close_reason::token_expired`.
    virtual void on_expired() = 0;

  protected:
    ~watcher() = default;
  };

  session_guard(net::event_loop& loop, connection& whose, watcher& edge, arrival&& who);
  session_guard(const session_guard&) = delete;
  session_guard& operator=(const session_guard&) = delete;

  /// Begins, when the connection has its edge. Calls `watcher::on_decided`, at once or when who has
  /// to be asked has answered; until then `turn` is busy.
  void begin();

  /// The connection ends. To be called once; it stays in memory until its edge is destroyed.
  void end(close_reason why);

  /// Why the client can't stay, and what it may be told besides.
  [[nodiscard]] failure refused() const noexcept { return refused_; }
  [[nodiscard]] std::string_view detail() const noexcept {
    return arrived_ == nullptr ? std::string_view{} : arrived_->got_.detail;
  }

  /// What the connection uses.
  [[nodiscard]] const tenant_ptr& to() const noexcept { return to_; }

  /// Goes on with what the settings say now, and gives the connection its limits. False if what the
  /// connection uses is no longer served.
  [[nodiscard]] bool refresh(const tenant_table& all);

  /// Who it is from now on: sets the connection's identity, and the time of its end if that has
  /// one.
  void identify(auth::identity_ptr who);

  /// Where the connection's operations wait.
  [[nodiscard]] pending& turn() noexcept { return turn_; }

  /// Of the connection's operations.
  [[nodiscard]] call_site site() {
    return {loop_, to_, {owner_.remote(), owner_.id(), owner_.id(), &memo_}, &owner_};
  }

private:
  [[nodiscard]] caller from() const;
  void decided();
  void watch_expiry();
  void expired(net::timer_wheel::time_point now) override;

  net::event_loop& loop_;
  connection& owner_;
  watcher& edge_;
  pending turn_;
  tenant_ptr to_;
  admission::ticket place_;
  access::key_slot memo_;
  std::unique_ptr<arrival> arrived_; ///< Until the client may stay; for good if it may not.
  failure refused_ = failure::none;
};

} // namespace actormesh::service
