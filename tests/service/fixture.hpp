/// A tenant, a loop that runs when the test says so, and an edge that writes down what it is told.
#pragma once

#include "actors/system.hpp"
#include "net/appsync/dialect.hpp"
#include "net/event_loop.hpp"
#include "service/session_guard.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::test {

/// The word of somebody who has to be asked: given by the test, when it wants.
class oracle {
public:
  [[nodiscard]] service::later ask() {
    return [this](auth::answer_handler done) { waiting_.push_back(std::move(done)); };
  }

  [[nodiscard]] std::size_t asked() const noexcept { return waiting_.size(); }

  /// Answers the first that waits.
  void say(auth::answer what) {
    auto done = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    done(std::move(what));
  }

private:
  std::vector<auth::answer_handler> waiting_;
};

inline caf::actor_system& actor_system() {
  static auto* const runtime = new actor_runtime; // Outlives the thread-locals its end needs.
  return runtime->system();
}

/// The key of every tenant here, and one that is none.
inline constexpr const char* right_key = "da2-aaaaaaaaaaaaaaaaaaaaaaaaaa";
inline constexpr const char* wrong_key = "da2-bbbbbbbbbbbbbbbbbbbbbbbbbb";

inline config::key_ring_ptr make_ring(std::chrono::sys_seconds expires) {
  const std::string salt = "00112233445566778899aabbccddeeff";
  config::api_key_record record;
  record.id = "key-1";
  record.hash = config::hash_api_key(salt, right_key);
  record.expires = expires;
  return std::make_shared<const config::key_ring>(salt,
                                                  std::vector<config::api_key_record>{record});
}

inline service::tenant_ptr make_tenant(config::api_settings settings = {},
                                       config::key_ring_ptr ring = nullptr) {
  if (settings.id.empty())
    settings.id = "default";
  if (settings.namespaces.empty())
    settings.namespaces.emplace_back().name = "ns";
  access::authority::parts parts{appsync::event_api};
  parts.api = settings.id;
  if (ring == nullptr)
    ring = make_ring(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                     std::chrono::hours{1});
  parts.rings = {std::move(ring)};
  auto door = std::make_shared<service::admission>(settings.limits);
  return std::make_shared<const service::tenant>(
      std::move(settings), std::make_shared<const access::authority>(std::move(parts)),
      std::move(door));
}

inline auth::credentials key(const std::string& text) {
  auth::credentials shown;
  shown.api_key = text;
  return shown;
}

/// Nobody signs anything here.
inline auth::signed_request nothing_signed() {
  return {.method = std::string_view{"POST"},
          .path = std::string_view{"/"},
          .query = std::string_view{},
          .payload = auth::signed_payload::of_body(std::string_view{})};
}

/// Owns a guard, as edges do.
class noting_edge final : public edge, public service::session_guard::watcher {
public:
  noting_edge(net::event_loop& loop, connection& owner, std::vector<std::string>& said,
              service::arrival&& who)
    : guard(loop, owner, *this, std::move(who))
    , said_(said)
    , owner_(owner) {}

  void subscribed(const subscription& what) override { said_.push_back("subscribed " + what.id); }
  void deliver(const subscription& what, const event_batch& batch) override {
    for (const auto& each : batch.events())
      said_.push_back("event " + what.id + ' ' + std::string{each->payload()});
  }
  void turn_ended() override {}

  void hold() override { said_.emplace_back("hold"); }
  void go_on() override { said_.emplace_back("go on"); }
  void on_decided() override {
    said_.push_back(std::string{"decided "} + to_string(guard.refused()));
  }
  void on_expired() override { said_.emplace_back("expired"); }

  void end() {
    guard.end(close_reason::client_closed);
    owner_.closed();
  }

  service::session_guard guard;

private:
  std::vector<std::string>& said_;
  connection& owner_;
};

/// One connection of one tenant.
struct session {
  service::tenant_ptr to = make_tenant();
  std::vector<std::string> said;
  net::event_loop loop{actor_system(), 0, {}};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{
      loop.io().get_executor()}; ///< Its context goes on when there is nothing to do.
  spawned<connection> owner;
  noting_edge* wire = nullptr;

  session() {
    loop.actors().bind_to_this_thread();
    loop.channels().object->connect({loop.channels().handle});
  }

  ~session() {
    end();
    loop.stop();
    loop.run();
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  [[nodiscard]] service::arrival arrive() const {
    return {to,
            {boost::asio::ip::make_address("192.0.2.7"), "c-1", "test"},
            std::chrono::steady_clock::now()};
  }

  void connect(service::arrival&& who) {
    owner = spawn_on<connection>(loop.actors(), connection::limits{},
                                 connection::address{"c-1", who.who().remote});
    auto made = std::make_unique<noting_edge>(loop, *owner.object, said, std::move(who));
    wire = made.get();
    owner.object->begin(std::move(made));
    wire->guard.begin();
  }

  void end() {
    if (owner.object != nullptr && owner.object->wire() != nullptr)
      wire->end();
    run();
  }

  /// Runs turns until nothing is left to do.
  void run() {
    for (auto more = true; more;) {
      more = loop.io().poll() != 0;
      more = loop.actors().finish_turn() || more;
    }
  }

  std::vector<std::string> take() { return std::exchange(said, {}); }

  [[nodiscard]] telemetry::loop_counters& counters() { return loop.counters(); }
};

} // namespace actormesh::test
