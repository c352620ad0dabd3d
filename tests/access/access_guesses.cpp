#include "tests/access/fixtures.hpp"
#include "tests/process/metrics.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

TEST_CASE("Who guesses is told to stop, and nobody else is") {
  node_process node{{.config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {failures_per_minute: 3}
    namespaces: [{name: default}]
)"}};
  http_client http{node.port()};
  const auto guess = publish_with(key_line_of("da2-" + std::string(26, 'x')), "/default/a");
  for (auto i = 0; i < 3; ++i)
    CHECK(http.ask(guess).status == 401);
  const auto stopped = http.ask(guess);
  CHECK(stopped.status == 429);
  CHECK(error_type(stopped) == "LimitExceededError");
  // On a connection, too.
  web_socket guessing{node.port(), upgrade_of(shown_key("da2-wrong"))};
  CHECK(guessing.ask(R"({"type":"connection_init"})").find("LimitExceededError") !=
        std::string::npos);

  const auto counted = read_metrics(http);
  CHECK(counted["actormesh_auth_refusals_total{reason=\"throttled\"}"] == 2);
  CHECK(counted["actormesh_auth_refusals_total{reason=\"wrong_credentials\"}"] == 3);

  // Right credentials count, also from there.
  http.publish("/default/a", {"1"});
  CHECK(may_connect(node, shown_key(node_process::key())));
  // Nothing at all is no guess.
  CHECK(http.ask(publish_with({}, "/default/a")).status == 401);
  // Another address has guessed nothing yet.
  const std::vector<std::string> elsewhere{"--interface", "127.0.0.2", "--header",
                                           "x-api-key: da2-wrong"};
  CHECK(publish_by_curl(node, "/default/a", elsewhere).status == 401);
}

TEST_CASE("Without a limit nobody is told to stop") {
  node_process node{{.config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {failures_per_minute: 0}
    namespaces: [{name: default}]
)"}};
  http_client http{node.port()};
  for (auto i = 0; i < 100; ++i)
    REQUIRE(http.ask(publish_with(key_line_of("da2-wrong"), "/default/a")).status == 401);
}

} // namespace actormesh::process
