#include "actors/mesh/transport.hpp"
#include "actors/system.hpp"

#include <caf/io/all.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <sys/socket.h>

using namespace actormesh;
using namespace std::chrono_literals;

namespace {

using caf::io::receive_policy;

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

bool comes_true(const std::function<bool()>& what) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!what()) {
    if (std::chrono::steady_clock::now() >= until)
      return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// So that an actor that ends at once has something to begin with.
caf::behavior nothing() {
  return {[](const caf::io::new_data_msg&) {}};
}

} // namespace

TEST_CASE("A connection that ends in the turn in which it began is let go") {
  scene now;
  REQUIRE(now.near != nullptr);
  now.run([near = now.near](caf::io::broker& self) {
    self.add_scribe(near);
    near->configure_read(receive_policy::at_most(1024));
    self.quit();
    return nothing();
  });
  CHECK(comes_true([&] { return now.near->get_reference_count() == 1; }));
}

TEST_CASE("A mesh port that is closed in the turn in which it was opened is let go") {
  scene now;
  const auto door = mesh::make_doorman(now.runtime.system(), std::move(now.port.socket),
                                       [](mesh::socket_guard) {});
  now.run([door](caf::io::broker& self) {
    self.add_doorman(door);
    self.quit();
    return nothing();
  });
  CHECK(comes_true([&] { return door->get_reference_count() == 1; }));
}

TEST_CASE("Reading that is paused and resumed in one turn goes on") {
  scene now;
  const auto received = std::make_shared<std::atomic<int>>(0);
  const auto actor = now.run([near = now.near, received](caf::io::broker& self) {
    self.add_scribe(near);
    near->configure_read(receive_policy::at_most(1024));
    return caf::behavior{[near, received](const caf::io::new_data_msg&) {
                           switch (++*received) {
                           case 1:
                             near->halt();
                             near->trigger();
                             break;
                           case 2:
                             near->halt();
                             break;
                           default:
                             break;
                           }
                         },
                         [near](caf::ok_atom) {
                           near->trigger();
                           near->halt();
                           near->trigger();
                         }};
  });
  now.say("1");
  CHECK(comes_true([&] { return *received == 1; }));
  now.say("2");
  CHECK(comes_true([&] { return *received == 2; }));
  now.say("3");
  caf::anon_send(actor, caf::ok_atom_v);
  CHECK(comes_true([&] { return *received == 3; }));
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}
