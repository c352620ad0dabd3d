#include "tests/mesh/traffic.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace actormesh::mesh_tests {

using namespace std::chrono_literals;

TEST_CASE("A peer that takes nothing makes its publishers wait, and nobody else") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = 60s, .settings = {"mesh.queue_bytes=256KiB"}}};
  nodes.start_all();
  const auto run = start_run(nodes);
  run->counters().expect_others();
  // b gets both channels, c only the one.
  run->subscribe(
      {.client = {.places = {nodes.place(1)}}, .channels = {"/default/full", "/default/free"}});
  run->subscribe({.client = {.places = {nodes.place(2)}}, .channels = {"/default/full"}});
  run->wait_until_subscribed();
  process::web_socket probe{nodes.place(2).port};
  probe.subscribe("s", "/default/probe");
  nodes.freeze(2);
  for (const auto kind : {ledger::transport::http, ledger::transport::websocket})
    run->publish({.client = {.name = "full-" + std::to_string(static_cast<int>(kind)),
                             .places = {nodes.place(0)}},
                  .how = kind,
                  .channels = {"/default/full"},
                  .in_flight = kind == ledger::transport::http ? 1U : 4U,
                  .event_bytes = 100'000});
  run->wait_for_refused(100);
  // There is room once more as long as the system's buffers are not full, too.
  process::http_client http{nodes.place(0).port};
  const auto until = std::chrono::steady_clock::now() + process::patience;
  auto answer = http.ask(process::publish_request("/default/probe", {"1"}));
  while (answer.status == 200 && std::chrono::steady_clock::now() < until)
    answer = http.ask(process::publish_request("/default/probe", {"1"}));
  CAPTURE(answer.head, answer.body);
  REQUIRE(answer.status == 503);
  REQUIRE(answer.body.find("\"errors\"") != std::string::npos);
  // Whatever is refused goes nowhere; channels that c has no part in go on.
  auto& free = run->publish({.client = {.name = "free", .places = {nodes.place(0)}},
                             .channels = {"/default/free"},
                             .events = 500});
  REQUIRE(free.wait_for_end(process::patience));
  const auto waited = nodes.page(0);
  REQUIRE(waited.is_up("c"));
  REQUIRE(waited.find("b")->queued_bytes < 256 * 1024);
  run->stop_publishing();
  nodes.thaw(2);
  nodes.wait_for_page(0, "nothing waits",
                      [](const mesh_page& now) { return now.find("c")->queued_bytes == 0; });
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_all(sums);
  INFO(ledger::to_table(sums));
  REQUIRE(sums.counted.peer_losses() == 0);
  for (const auto& each : sums.publishers)
    CHECK(each.name.starts_with("full-") == (each.refused > 0));
}

} // namespace actormesh::mesh_tests
