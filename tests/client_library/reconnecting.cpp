#include "tests/client_library/nodes.hpp"

#include <catch2/catch.hpp>

#include <csignal>

#include <sys/wait.h>

namespace actormesh::client_tests {

using client::outcome;

TEST_CASE("When its node is killed a client goes on at another one") {
  mesh_node a{"a"};
  mesh_node b{"b", {}, {a.address}};
  b.process.wait_for_log("mesh link up");
  // It learns of the other node from the first.
  client::mesh_client mesh{system(), options_for({a.address})};
  recorder states;
  recorder seen;
  mesh.watch(states.actor());
  states.read_to("connected a");
  mesh.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  CHECK(get(mesh.publish("/default/x", {"1"})).all_ok());
  CHECK(seen.next() == "/default/x 1");

  a.process.signal(SIGKILL);
  CHECK(a.process.wait_for_exit() == 128 + SIGKILL);
  states.read_to("reconnecting");
  states.read_to("connected b");
  seen.read_to("resubscribed /default/x");
  CHECK(get(mesh.publish("/default/x", {"2"})).all_ok());
  CHECK(seen.next() == "/default/x 2");
}

TEST_CASE("A node that stops says goodbye, and its clients go on at another one") {
  mesh_node a{"a"};
  mesh_node b{"b", {}, {a.address}};
  b.process.wait_for_log("mesh link up");
  client::mesh_client mesh{system(), options_for({a.address, b.address})};
  recorder states;
  recorder seen;
  mesh.watch(states.actor());
  states.read_to("connected a");
  mesh.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  CHECK(a.process.stop() == 0);
  states.read_to("connected b");
  seen.read_to("resubscribed /default/x");
  CHECK(get(mesh.publish("/default/x", {"2"})).all_ok());
  CHECK(seen.next() == "/default/x 2");
}

TEST_CASE("A node whose clients have nowhere else to go stops at once all the same") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  recorder states;
  mesh.watch(states.actor());
  states.read_to("connected a");
  CHECK(a.process.stop() == 0);
  states.read_to("reconnecting");
  a.process.wait_for_log("stopped");
  CHECK(a.process.log().find("stopped before all clients had ended") == std::string::npos);
}

TEST_CASE("What was sent to a node that dies before it answers is unknown, and not sent again") {
  mesh_node a{"a"};
  mesh_node b{"b", {}, {a.address}};
  b.process.wait_for_log("mesh link up");
  client::mesh_client mesh{system(), options_for({a.address, b.address})};
  client::mesh_client other{system(), options_for({b.address})};
  recorder states;
  recorder seen;
  mesh.watch(states.actor());
  states.read_to("connected a");
  other.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  a.process.signal(SIGSTOP);
  REQUIRE(::waitpid(a.process.pid(), nullptr, WUNTRACED) == a.process.pid());
  auto result = mesh.publish("/default/x", {"1"});
  // The answer to this one says that the client has handled the publish.
  recorder asked;
  mesh.watch(asked.actor());
  asked.read_to("connected a");
  a.process.signal(SIGKILL);
  CHECK(a.process.wait_for_exit() == 128 + SIGKILL);
  const auto ended = get(std::move(result));
  CHECK(ended.what == outcome::unknown);
  states.read_to("connected b");
  CHECK(get(mesh.publish("/default/x", {"2"})).all_ok());
  CHECK(seen.next() == "/default/x 2");
}

TEST_CASE("Publishes wait for a connection, and end when none comes") {
  mesh_node a{"a"};
  auto how = options_for({a.address});
  how.request_timeout = std::chrono::milliseconds{200};
  a.process.signal(SIGKILL);
  CHECK(a.process.wait_for_exit() == 128 + SIGKILL);
  client::mesh_client mesh{system(), how};
  CHECK(get(mesh.publish("/default/x", {"1"})).what == outcome::disconnected);
  how.publish_bytes = 1'000;
  how.request_timeout = process::patience;
  client::mesh_client small{system(), how};
  auto first = small.publish("/default/x", {'"' + std::string(2'000, 'x') + '"'});
  CHECK(get(small.publish("/default/x", {"1"})).what == outcome::overloaded);
  small.leave();
  const auto ended = get(std::move(first));
  CHECK(ended.what == outcome::left);
}

} // namespace actormesh::client_tests
