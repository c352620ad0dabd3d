#include "actors/mesh/transport.hpp"
#include "actors/system.hpp"

#include <caf/io/all.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

using namespace actormesh;
using namespace std::chrono_literals;

namespace {

using caf::io::receive_policy;

constexpr int patience = 30'000; ///< Milliseconds.

config::mesh_settings with_mesh() {
  config::mesh_settings made;
  made.enabled = true;
  return made;
}

/// A system with CAF's multiplexer, and both ends of a connection.
struct scene {
  actor_runtime runtime{with_mesh()};
  mesh::mesh_port port = *mesh::open_mesh_port("127.0.0.1", 0);
  std::atomic<bool> cancelled{false};
  mesh::socket_guard far = *mesh::dial(port.where, 10s, cancelled, mesh::reach::loopback);
  mesh::mesh_scribe_ptr near =
      mesh::make_scribe(runtime.system(),
                        mesh::socket_guard{::accept(port.socket.get(), nullptr, nullptr)},
                        mesh::tls_side::none)
          .scribe;

  /// Runs within one turn of the multiplexer, unless the actor lives on.
  caf::actor run(const std::function<caf::behavior(caf::io::broker&)>& what) {
    return runtime.system().middleman().spawn_broker(
        [what](caf::io::broker* self) { return what(*self); });
  }

  void say(std::string_view text) const {
    REQUIRE(::send(far.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
};

/// Waits until the other end's socket is closed. Something that it has not read makes the close a
/// reset, which a mere end of its writing is not.
bool is_reset(const mesh::socket_guard& here) {
  pollfd wanted{here.get(), 0, 0};
  return ::poll(&wanted, 1, patience) == 1 && (wanted.revents & POLLERR) != 0;
}

/// So that an actor that ends at once has something to begin with.
caf::behavior nothing() {
  return {[](const caf::io::new_data_msg&) {}};
}

} // namespace

TEST_CASE("A connection that ends in the turn in which it began is let go") {
  scene now;
  REQUIRE(now.near != nullptr);
  now.say("1");
  now.run([near = std::exchange(now.near, nullptr)](caf::io::broker& self) {
    self.add_scribe(near);
    near->configure_read(receive_policy::at_most(1024));
    self.quit();
    return nothing();
  });
  CHECK(is_reset(now.far));
}

TEST_CASE("A mesh port that is closed in the turn in which it was opened is let go") {
  scene now;
  // Held by the port; its end is that of the port.
  auto held = std::make_shared<std::promise<void>>();
  auto gone = held->get_future();
  auto door = mesh::make_doorman(now.runtime.system(), std::move(now.port.socket),
                                 [held = std::move(held)](mesh::socket_guard) {});
  now.run([door = std::exchange(door, nullptr)](caf::io::broker& self) {
    self.add_doorman(door);
    self.quit();
    return nothing();
  });
  CHECK(gone.wait_for(std::chrono::milliseconds{patience}) == std::future_status::ready);
}

TEST_CASE("Reading that is paused and resumed in one turn goes on") {
  scene now;
  const auto received = std::make_shared<std::array<std::promise<void>, 3>>();
  const auto actor = now.run([near = now.near, received](caf::io::broker& self) {
    self.add_scribe(near);
    near->configure_read(receive_policy::at_most(1024));
    const auto count = std::make_shared<std::size_t>(0);
    return caf::behavior{[near, received, count](const caf::io::new_data_msg&) {
                           const auto number = (*count)++;
                           if (number < 2)
                             near->halt();
                           if (number == 0)
                             near->trigger();
                           received->at(number).set_value();
                         },
                         [near](caf::ok_atom) {
                           near->trigger();
                           near->halt();
                           near->trigger();
                         }};
  });
  const auto has_received = [&](std::size_t number) {
    return received->at(number).get_future().wait_for(std::chrono::milliseconds{patience}) ==
           std::future_status::ready;
  };
  now.say("1");
  REQUIRE(has_received(0));
  now.say("2");
  REQUIRE(has_received(1));
  now.say("3");
  caf::anon_send(actor, caf::ok_atom_v);
  CHECK(has_received(2));
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}
