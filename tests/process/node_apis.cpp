#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace actormesh::process {

namespace {

/// Publishes until the answer has this status: a change reaches the loops in a turn of its own.
http_answer wait_for_status(http_client& http, std::string_view request, unsigned wanted) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto answer = http.ask(request);
    if (answer.status == wanted || std::chrono::steady_clock::now() >= until)
      return answer;
  }
}

std::string other_key_line() { return "x-api-key: " + node_process::other_key() + "\r\n"; }

std::string host_request(std::string_view host, std::string_view key, std::string_view body) {
  auto text = http_request("POST", "/event", key, body);
  return text.replace(text.find("localhost"), 9, host);
}

} // namespace

TEST_CASE("APIs with prefixes share nothing") {
  node_process node{{.config = R"(
apis:
  - {id: dev, path_prefix: /v/dev, keys_file: keys.yaml, namespaces: [{name: default}]}
  - {id: prod, path_prefix: /v/prod, keys_file: other.yaml, namespaces: [{name: default}]}
  - id: open
    auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}
    namespaces: [{name: other}]
)"}};
  http_client http{node.port()};
  web_socket dev{node.port(), {.request = authorized_upgrade({}, "/v/dev/event/realtime")}};
  dev.subscribe("s", "/default/*");
  web_socket prod{node.port(), {.request = authorized_upgrade({}, "/v/prod/event/realtime")}};
  REQUIRE(prod.ask(R"({"type":"connection_init"})").starts_with(R"({"type":"connection_error")"));
  prod.socket().reset();
  REQUIRE(http.ask(publish_request("/default/a", {"1"}, "/v/prod/event")).status == 401);
  REQUIRE(http.ask(http_request("POST", "/v/prod/event", other_key_line(),
                                publish_body("/default/a", {"1"})))
              .status == 200);
  REQUIRE(http.ask(http_request("POST", "/event", {}, publish_body("/default/a", {"1"}))).status ==
          401);
  REQUIRE(http.ask(http_request("POST", "/event", {}, publish_body("/other/a", {"1"}))).status ==
          200);
  REQUIRE(http.ask(publish_request("/default/a", {"1"}, "/v/none/event")).status == 404);
  REQUIRE(http.ask(publish_request("/default/a", {"2"}, "/v/dev/event")).status == 200);
  REQUIRE(dev.read_event("s") == "2");
  const auto counted = wait_for_metrics(
      http, [](const metrics& now) { return now["actormesh_api_connections{api=\"prod\"}"] == 0; });
  REQUIRE(counted["actormesh_api_connections{api=\"dev\"}"] == 1);
}

TEST_CASE("APIs with hosts share nothing") {
  node_process node{{.config = R"(
apis:
  - {id: dev, hosts: [dev.example, localhost], keys_file: keys.yaml, namespaces: [{name: default}]}
  - {id: prod, hosts: [prod.example], keys_file: other.yaml, namespaces: [{name: default}]}
)"}};
  http_client http{node.port()};
  web_socket dev{node.port()}; // Its Host is localhost.
  dev.subscribe("s", "/default/a");
  struct row {
    const char* host;
    std::string key;
    unsigned status;
  };
  for (const auto& [host, key, status] :
       {row{"prod.example", other_key_line(), 200}, row{"prod.example", key_line(), 401},
        row{"other.example", key_line(), 404}, row{"dev.example", other_key_line(), 401},
        row{"DEV.example:8080", key_line(), 200}}) {
    CAPTURE(host, status);
    REQUIRE(
        http.ask(host_request(host, key, publish_body("/default/a", {json_string(host)}))).status ==
        status);
  }
  REQUIRE(dev.read_event("s") == "\"DEV.example:8080\"");
  dev.require_silence();
}

TEST_CASE("Keys come and go in the running node, and open connections stay") {
  node_process node;
  http_client http{node.port()};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");

  const auto made =
      node.run_tool({"keys", "create", "--file", "keys.yaml", "--description", "second"})
          .first_line();
  node.wait_for_log("file of keys reloaded");
  const auto body = publish_body("/default/a", {"1"});
  const auto with_new = http_request("POST", "/event", "x-api-key: " + made + "\r\n", body);
  REQUIRE(wait_for_status(http, with_new, 200).status == 200);
  REQUIRE(client.read_event("s") == "1");

  // The first key in the file is the one that the connection came with.
  const auto file = node.read_file("keys.yaml");
  const auto id = file.substr(file.find("key-"), 12);
  const auto logged = node.log().size();
  REQUIRE(node.run_tool({"keys", "revoke", "--file", "keys.yaml", id}).status == 0);
  node.wait_for_log("file of keys reloaded", logged);
  REQUIRE(wait_for_status(http, publish_request("/default/a", {"2"}), 401).status == 401);
  REQUIRE(wait_for_status(http, with_new, 200).status == 200);
  std::string event;
  while ((event = client.read_event("s")) == "2") {
  }
  REQUIRE(event == "1");
  REQUIRE(
      client.ask(subscribe_text("t", "/default/a")).starts_with(R"({"type":"subscribe_error")"));
}

TEST_CASE("A file of keys that is broken leaves the keys as they were") {
  node_process node;
  http_client http{node.port()};
  node.write_file("keys.yaml", "keys: [");
  node.wait_for_log("file of keys not reloaded");
  http.publish("/default/a", {"1"});
}

TEST_CASE("SIGHUP applies what can change and names what can't") {
  node_process node{{.limits = "{publishes_per_second: 1}"}};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  const auto file = node.read_file("actormesh.yaml");
  auto changed = file;
  changed.replace(changed.find("publishes_per_second: 1"), 23, "publishes_per_second: 0");
  changed.replace(changed.find("{name: default}"), 15, "{name: default}, {name: added}");
  node.write_file("actormesh.yaml", changed + "node: {max_channels: 12345}\n");
  node.signal(SIGHUP);
  node.wait_for_log("configuration reloaded");
  REQUIRE(node.log().find("publishes_per_second") != std::string::npos);
  http_client http{node.port()};
  REQUIRE(wait_for_status(http, publish_request("/added/a", {"1"}), 200).status == 200);
  // The open connection has the new limit; HTTP and it are on one loop.
  for (int i = 0; i < 20; ++i)
    client.send_text(publish_text("p", "/default/b", {"1"}));
  for (int i = 0; i < 20; ++i)
    REQUIRE(client.read_text().starts_with(R"({"type":"publish_success")"));

  const auto before = node.log();
  REQUIRE(before.find("needs a restart") != std::string::npos);
  node.write_file("actormesh.yaml", "apis: []\n");
  node.signal(SIGHUP);
  node.wait_for_log("configuration not reloaded", before.size());
  http.publish("/added/a", {"1"});
}

TEST_CASE("A listener that changed in the configuration is logged as needing a restart") {
  node_process node{{.config = R"(
listeners: [{address: 127.0.0.1, port: 0}]
apis:
  - {id: default, keys_file: keys.yaml, namespaces: [{name: default}]}
)",
                     .listen = false}};
  auto changed = node.read_file("actormesh.yaml");
  changed.replace(changed.find("port: 0"), 7, "port: 65500");
  node.write_file("actormesh.yaml", changed);
  node.signal(SIGHUP);
  node.wait_for_log("configuration reloaded");
  REQUIRE(node.log().find("configuration change needs a restart") != std::string::npos);
  REQUIRE(node.log().find("listeners") != std::string::npos);
  http_client http{node.port()};
  http.publish("/default/a", {"1"});
}

TEST_CASE("An API that the configuration no longer has is served until the next start") {
  const std::string kept = "{id: kept, keys_file: keys.yaml, namespaces: [{name: default}]}";
  node_process node{{.config = "apis:\n  - " + kept +
                               "\n  - {id: gone, path_prefix: /gone, keys_file: other.yaml, "
                               "namespaces: [{name: default}]}\n"}};
  web_socket client{node.port(),
                    {.request = upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws\r\n" +
                                                    other_key_line(),
                                                "/gone/event/realtime")}};
  client.require_silence();
  node.write_file("actormesh.yaml", "apis:\n  - " + kept + "\n");
  node.signal(SIGHUP);
  node.wait_for_log("configuration reloaded");
  REQUIRE(node.log().find("configuration change needs a restart option=apis running=gone") !=
          std::string::npos);
  client.require_silence();
  http_client http{node.port()};
  REQUIRE(http.ask(http_request("POST", "/gone/event", other_key_line(),
                                publish_body("/default/a", {"1"})))
              .status == 200);
}

} // namespace actormesh::process
