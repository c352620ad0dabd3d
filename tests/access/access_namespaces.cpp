#include "tests/access/fixtures.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

TEST_CASE("A namespace's modes replace those of the API, each list by itself") {
  const shelf files;
  files.put("ann.secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  node_process node{{.config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    access_keys:
      - id: AKIAIOSFODNN7EXAMPLE
        secret_file: )" + files.path("ann.secret") +
                               R"(
        policy: [{actions: ["*"], resources: ["*"]}]
    namespaces:
      - {name: plain}
      - {name: signed, auth: {publish: [AWS_IAM]}}
      - {name: open, auth: {publish: [NONE], subscribe: [NONE]}}
)"}};
  http_client http{node.port()};
  const std::vector<std::string> sign{"--aws-sigv4", "aws:amz:us-east-1:appsync", "--user",
                                      "AKIAIOSFODNN7EXAMPLE:"
                                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
  CHECK(http.ask(publish_with(key_line(), "/plain/a")).status == 200);
  const auto other_mode = http.ask(publish_with(key_line(), "/signed/a"));
  CHECK(other_mode.status == 403);
  CHECK(error_type(other_mode) == "UnauthorizedException");
  CHECK(publish_by_curl(node, "/signed/a", sign).status == 200);
  CHECK(publish_by_curl(node, "/plain/a", sign).status == 403);

  CHECK(http.ask(publish_with({}, "/open/a")).status == 200);
  CHECK(http.ask(publish_with(key_line(), "/open/a")).status == 200);
  CHECK(http.ask(publish_with({}, "/plain/a")).status == 401);
  CHECK(http.ask(publish_with({}, "/signed/a")).status == 401);
  // What does not exist looks to a stranger like what is forbidden.
  CHECK(http.ask(publish_with({}, "/nowhere/a")).status == 401);

  // Subscribing to `signed` is as the API has it.
  web_socket client{node.port()};
  const auto key = shown_key(node_process::key());
  CHECK(subscribes(client, key, "/signed/a").find("subscribe_success") != std::string::npos);
  client.send_text(unsubscribe_text("s"));
  CHECK(client.read_text().find("unsubscribe_success") != std::string::npos);
  CHECK(client.ask(R"({"type":"subscribe","id":"o","channel":"/open/a"})")
            .find("subscribe_success") != std::string::npos);
  CHECK(client.ask(R"({"type":"subscribe","id":"p","channel":"/plain/a"})")
            .find("UnauthorizedException") != std::string::npos);
}

TEST_CASE("Without wildcards a namespace takes subscriptions to single channels only") {
  node_process node{{.namespaces = "[{name: single, wildcards: false}, {name: default}]"}};
  const auto key = shown_key(node_process::key());
  web_socket client{node.port()};
  for (const auto* const pattern : {"/single/*", "/single/a/*"}) {
    INFO(pattern);
    const auto answer = subscribes(client, key, pattern);
    CHECK(answer.starts_with(R"({"type":"subscribe_error","id":"s")"));
    CHECK(answer.find("AccessDeniedException") != std::string::npos);
  }
  client.subscribe("1", "/single/a");
  client.subscribe("2", "/default/*");
}

} // namespace actormesh::process
