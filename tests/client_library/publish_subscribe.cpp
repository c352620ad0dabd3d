#include "tests/client_library/nodes.hpp"
#include "tests/process/web_socket.hpp"

#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include <csignal>
#include <stdexcept>

namespace actormesh::client_tests {

using client::outcome;
using lines = std::vector<std::string>;

TEST_CASE("A client publishes and subscribes, to channels and patterns") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  recorder states;
  recorder exact;
  recorder wide;
  mesh.watch(states.actor());
  states.read_to("connected a");
  mesh.subscribe("/default/x", exact.actor());
  mesh.subscribe("default/*", wide.actor());
  CHECK(exact.next() == "subscribed /default/x");
  CHECK(wide.next() == "subscribed default/*");

  const auto result = get(mesh.publish("/default/x", {"1", R"({"a":[2]})"}));
  CHECK(result.what == outcome::ok);
  REQUIRE(result.events.size() == 2);
  CHECK(result.all_ok());
  CHECK(result.events[0].id.size() == 36);
  CHECK(result.events[0].id != result.events[1].id);
  CHECK(get(mesh.publish("/default/x/y/", {"3"})).all_ok());
  CHECK(exact.next() == "/default/x 1");
  CHECK(exact.next() == R"(/default/x {"a":[2]})");
  CHECK(wide.read_to("/default/x/y 3") == lines{"/default/x 1", R"(/default/x {"a":[2]})"});
  CHECK(exact.waiting() == 0);
}

TEST_CASE("C++ clients, HTTP and WebSocket clients get each other's events") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  recorder subscriber;
  process::web_socket socket{a.process.port()};
  socket.subscribe("s", "/default/x");
  mesh.subscribe("/default/x", subscriber.actor());
  subscriber.read_to("subscribed /default/x");
  process::http_client http{a.process.port()};
  http.publish("/default/x", {"1"});
  CHECK(subscriber.next() == "/default/x 1");
  CHECK(socket.read_event("s") == "1");
  CHECK(get(mesh.publish("/default/x", {R"("two")"})).all_ok());
  CHECK(subscriber.next() == R"(/default/x "two")");
  CHECK(socket.read_event("s") == R"("two")");
}

TEST_CASE("Events of one publisher arrive in order, on another node too") {
  mesh_node a{"a"};
  mesh_node b{"b", {}, {a.address}};
  b.process.wait_for_log("mesh link up");
  client::mesh_client publisher{system(), options_for({a.address})};
  client::mesh_client subscriber{system(), options_for({b.address})};
  recorder seen;
  subscriber.subscribe("/default/*", seen.actor());
  seen.read_to("subscribed /default/*");
  constexpr int many = 2'000;
  std::vector<std::future<client::publish_result>> results;
  for (int i = 0; i < many; ++i)
    results.push_back(publisher.publish("/default/n", {std::to_string(i)}));
  for (auto& each : results) {
    const auto result = get(std::move(each));
    REQUIRE(result.all_ok());
  }
  for (int i = 0; i < many; ++i)
    REQUIRE(seen.next() == "/default/n " + std::to_string(i));
}

TEST_CASE("Any actor can publish and subscribe by messages") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  caf::scoped_actor self{system()};
  recorder seen;
  auto id = client::subscription_id{0};
  const auto failed = [](const caf::error& why) { FAIL(to_string(why)); };
  self->request(mesh.handle(), process::patience,
                client::subscribe_request{"/default/x", seen.actor(), 0})
      .receive(
          [&](const client::subscribe_result& result) {
            CHECK(result.what == outcome::ok);
            id = result.id;
          },
          failed);
  CHECK(id != 0);
  self->request(mesh.handle(), process::patience, client::publish_request{"/default/x", {"1"}})
      .receive([](const client::publish_result& result) { CHECK(result.all_ok()); }, failed);
  CHECK(seen.read_to("/default/x 1") == lines{"subscribed /default/x"});
  self->request(mesh.handle(), process::patience,
                client::subscribe_request{"/nowhere/x", seen.actor(), 0})
      .receive(
          [](const client::subscribe_result& result) {
            CHECK(result.what == outcome::unauthorized);
          },
          failed);
}

TEST_CASE("What a node does not take is told, and why") {
  mesh_node a{"a",
              {.limits = "{publishes_per_second: 0, connections_per_second: 0, "
                         "event_bytes: 1KiB, subscriptions: 2}"}};
  client::mesh_client mesh{system(), options_for({a.address})};
  const auto publish = [&](const std::string& channel, std::vector<std::string> events) {
    return get(mesh.publish(channel, std::move(events)));
  };
  const auto large = '"' + std::string(1'100, 'x') + '"';
  const auto partly = publish("/default/x", {"1", large, "2"});
  CHECK(partly.what == outcome::ok);
  CHECK_FALSE(partly.all_ok());
  REQUIRE(partly.events.size() == 3);
  CHECK(partly.events[0].what == outcome::ok);
  CHECK(partly.events[1].what == outcome::event_too_large);
  CHECK(partly.events[2].what == outcome::ok);
  CHECK(publish("/default/x", {"1", "{"}).what == outcome::event_not_json);
  CHECK(publish("/default/x", {}).what == outcome::no_events);
  CHECK(publish("/default/x", {"1", "2", "3", "4", "5", "6"}).what == outcome::too_many_events);
  CHECK(publish("/default/*", {"1"}).what == outcome::invalid_channel);
  CHECK(publish("/default/x y", {"1"}).what == outcome::invalid_channel);
  CHECK(publish("/other/x", {"1"}).what == outcome::unauthorized);

  recorder seen;
  mesh.subscribe("/other/x", seen.actor());
  CHECK(seen.next() == "ended /other/x unauthorized");
  mesh.subscribe("/default/*/x", seen.actor());
  CHECK(seen.next() == "ended /default/*/x invalid_channel");
  mesh.subscribe("/default/1", seen.actor());
  CHECK(seen.next() == "subscribed /default/1");
  mesh.subscribe("/default/2", seen.actor());
  CHECK(seen.next() == "subscribed /default/2");
  mesh.subscribe("/default/3", seen.actor());
  CHECK(seen.next() == "ended /default/3 too_many_subscriptions");
}

TEST_CASE("The rate of publishes is limited as for other clients") {
  mesh_node a{"a", {.limits = "{publishes_per_second: 5, connections_per_second: 0}"}};
  client::mesh_client mesh{system(), options_for({a.address})};
  std::vector<std::future<client::publish_result>> results;
  for (int i = 0; i < 50; ++i)
    results.push_back(mesh.publish("/default/x", {"1"}));
  int refused = 0;
  for (auto& each : results) {
    const auto what = get(std::move(each)).what;
    if (what != outcome::ok)
      CHECK(what == outcome::rate_limited);
    refused += what == outcome::rate_limited ? 1 : 0;
  }
  CHECK(refused > 0);
}

TEST_CASE("After unsubscribe, and when a subscriber ends, no more events are sent") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  process::http_client http{a.process.port()};
  recorder seen;
  const auto first = mesh.subscribe("/default/x", seen.actor());
  mesh.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  seen.read_to("subscribed /default/x");
  mesh.unsubscribe(first);
  CHECK(seen.next() == "ended /default/x ok");
  CHECK(get(mesh.publish("/default/x", {"1"})).all_ok());
  CHECK(seen.next() == "/default/x 1");
  {
    recorder passing;
    mesh.subscribe("/default/y", passing.actor());
    passing.read_to("subscribed /default/y");
  }
  process::wait_for_metrics(http,
                            [](const auto& now) { return now["actormesh_subscriptions"] == 1; });
  CHECK(seen.waiting() == 0);
}

TEST_CASE("A client with a wrong key, or of an API that is not there, is refused") {
  mesh_node a{"a"};
  for (const auto* wrong : {"key", "api", "no key"}) {
    auto how = options_for({a.address});
    if (wrong == std::string{"key"})
      how.api_key = process::node_process::other_key();
    else if (wrong == std::string{"api"})
      how.api = "nothing";
    else
      how.api_key.clear();
    recorder states;
    client::mesh_client mesh{system(), how};
    const auto early = mesh.publish("/default/x", {"1"});
    mesh.watch(states.actor());
    states.read_to("refused");
    CHECK(get(mesh.publish("/default/x", {"1"})).what == outcome::unauthorized);
  }
  process::http_client http{a.process.port()};
  const auto counted = process::read_metrics(http);
  CHECK(counted["actormesh_connects_total{result=\"unauthorized\"}"] >= 3);
  CHECK(counted["actormesh_mesh_clients"] == 0);
}

TEST_CASE("A key that is revoked does not publish or subscribe any more") {
  mesh_node a{"a"};
  client::mesh_client mesh{system(), options_for({a.address})};
  recorder seen;
  mesh.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  a.process.write_file("keys.yaml", a.process.read_file("other.yaml"));
  a.process.signal(SIGHUP);
  while (get(mesh.publish("/default/x", {"1"})).what == outcome::ok)
    seen.read_to("/default/x 1");
  CHECK(get(mesh.publish("/default/x", {"1"})).what == outcome::unauthorized);
  mesh.subscribe("/default/y", seen.actor());
  seen.read_to("ended /default/y unauthorized");
}

TEST_CASE("Two clients in one process are two clients") {
  mesh_node a{"a"};
  client::mesh_client one{system(), options_for({a.address})};
  client::mesh_client two{system(), options_for({a.address})};
  recorder seen;
  one.subscribe("/default/x", seen.actor());
  two.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  seen.read_to("subscribed /default/x");
  CHECK(get(one.publish("/default/x", {"1"})).all_ok());
  CHECK(seen.next() == "/default/x 1");
  CHECK(seen.next() == "/default/x 1");
  process::http_client http{a.process.port()};
  CHECK(process::read_metrics(http)["actormesh_mesh_clients"] == 2);
  one.leave();
  CHECK(seen.next() == "ended /default/x left");
  process::wait_for_metrics(http,
                            [](const auto& now) { return now["actormesh_mesh_clients"] == 1; });
  CHECK(get(one.publish("/default/x", {"2"})).what == outcome::left);
  caf::scoped_actor self{system()};
  self->request(one.handle(), process::patience, client::publish_request{"/default/x", {"2"}})
      .receive([](const client::publish_result& result) { CHECK(result.what == outcome::left); },
               [](const caf::error& why) { FAIL(to_string(why)); });
  CHECK(get(two.publish("/default/x", {"3"})).all_ok());
  CHECK(seen.next() == "/default/x 3");
}

TEST_CASE("Options that cannot be right are refused at once") {
  CHECK_THROWS_AS((client::mesh_client{system(), {}}), std::invalid_argument);
  CHECK_THROWS_AS((client::mesh_client{system(), {.nodes = {"nowhere"}}}), std::invalid_argument);
  caf::actor_system_config config;
  caf::actor_system unprepared{config};
  CHECK_THROWS_AS((client::mesh_client{unprepared, {.nodes = {"127.0.0.1:1"}}}), std::logic_error);
}

} // namespace actormesh::client_tests
