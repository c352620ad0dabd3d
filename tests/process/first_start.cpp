#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <regex>

namespace actormesh::process {

TEST_CASE("A first start without a configuration prints a key once and keeps it") {
  const auto flags = [](const std::filesystem::path& state) {
    return std::vector<std::string>{"--loops",      "1",           "--state-dir",
                                    state.string(), "--log-level", "trace"};
  };
  node_process first{{.flags = flags("state"), .configured = false}};
  const auto state = first.folder() / "state";
  std::smatch found;
  const auto printed = first.printed();
  REQUIRE(std::regex_search(printed, found, std::regex{"^api key: (da2-[a-z0-9]{26})\n"}));
  const std::string key = found[1];
  const auto request = http_request("POST", "/event", "x-api-key: " + key + "\r\n",
                                    publish_body("/default/a", {"1"}));
  {
    http_client http{first.port()};
    REQUIRE(http.ask(request).status == 200);
    REQUIRE(http.ask(publish_request("/default/a", {"1"})).status == 401);
    web_socket client{first.port(),
                      {.request = upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " +
                                                  header_protocol(key) + "\r\n")}};
    REQUIRE(client.ask(R"({"type":"connection_init"})").starts_with(R"({"type":"connection_ack")"));
  }
  REQUIRE(first.stop() == 0);
  REQUIRE(first.log().find(key) == std::string::npos);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{state}) {
    if (!entry.is_regular_file())
      continue;
    INFO(entry.path());
    REQUIRE((entry.status().permissions() & std::filesystem::perms::all) ==
            (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    REQUIRE(first.read_file("state" / std::filesystem::relative(entry.path(), state)).find(key) ==
            std::string::npos);
  }

  node_process second{{.flags = flags(state), .configured = false}};
  REQUIRE(second.printed().find("api key") == std::string::npos);
  REQUIRE(second.printed().find(key) == std::string::npos);
  http_client http{second.port()};
  REQUIRE(http.ask(request).status == 200);
}

TEST_CASE(
    "A configuration with errors ends with status 2, and says all of them with their places") {
  node_process node;
  node.write_file("bad.yaml",
                  "apis:\n  - id: 'a b'\n    keys: x\n    namespaces: []\nlog: {level: loud}\n");
  const auto checked = node.run_tool({"check-config", "bad.yaml"});
  REQUIRE(checked.status == 2);
  const auto served = node.run_tool({"serve", "--config", "bad.yaml"});
  REQUIRE(served.status == 2);
  REQUIRE(served.output.empty());
  for (const auto& text : {checked.output + checked.errors, served.errors})
    for (const auto* place :
         {"bad.yaml:2:9: ", "bad.yaml:3:5: ", "bad.yaml:4:5: ", "bad.yaml:5:14: "}) {
      CAPTURE(text, place);
      CHECK(text.find(place) != std::string::npos);
    }
  const auto good = node.run_tool({"check-config", "actormesh.yaml"});
  INFO(good.errors);
  REQUIRE(good.status == 0);
}

TEST_CASE("An address that is taken ends the start with an error") {
  node_process node;
  const auto taken = "127.0.0.1:" + std::to_string(node.port());
  const auto served =
      node.run_tool({"serve", "--config", "actormesh.yaml", "--loops", "2", "--listen", taken});
  REQUIRE(served.status == 1);
  REQUIRE(served.output.empty());
  REQUIRE(served.errors.find(taken) != std::string::npos);
}

} // namespace actormesh::process
