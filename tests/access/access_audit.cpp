#include "tests/access/fixtures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include <sys/resource.h>

namespace actormesh::process {

namespace {

std::string config_of(const std::string& audit) {
  return "audit: " + audit + R"(
apis:
  - id: default
    keys_file: keys.yaml
    limits: {publishes_per_second: 0, connections_per_second: 0}
    auth: {failures_per_minute: 0}
    namespaces:
      - {name: silent, audit: 'off'}
      - {name: refusals, audit: denied}
      - {name: everything, audit: all}
)";
}

/// Sets the size beyond which the node can write to no file.
void limit_files(const node_process& of, rlim_t size) {
  rlimit limit{};
  REQUIRE(::prlimit(of.pid(), RLIMIT_FSIZE, nullptr, &limit) == 0);
  limit.rlim_cur = size;
  REQUIRE(::prlimit(of.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A namespace's level says what is in the audit log, and the log verifies") {
  node_process node{{.config = config_of("{file: audit.jsonl}")}};
  http_client http{node.port()};
  for (const auto* const channel : {"/silent/a", "/refusals/a", "/everything/a"}) {
    CHECK(http.ask(publish_with(key_line(), channel)).status == 200);
    CHECK(http.ask(publish_with(key_line_of("da2-wrong"), channel)).status == 401);
  }
  {
    web_socket client{node.port()};
    client.subscribe("1", "/silent/s");
    client.subscribe("2", "/refusals/s");
    client.subscribe("3", "/everything/s");
    CHECK(has(subscribes(client, shown_key("da2-wrong"), "/refusals/x"), "subscribe_error"));
    CHECK(has(client.ask(subscribe_text("3", "/everything/twice")), "subscribe_error"));
  }
  CHECK(node.stop() == 0);
  const auto text = node.read_file("audit.jsonl");
  const auto allowed = R"("result":"allowed",)";
  const auto denied = R"("result":"denied","reason":"unauthorized",)";
  const auto line = [&](const std::string& what, const std::string& result,
                        const std::string& channel) {
    auto count = 0;
    std::size_t begin = 0;
    while (begin < text.size()) {
      const auto end = text.find('\n', begin);
      const auto each = text.substr(begin, end - begin);
      if (has(each, R"("what":")" + what + '"') && has(each, result) &&
          has(each, R"("channel":")" + channel + '"'))
        ++count;
      begin = end + 1;
    }
    return count;
  };
  CHECK(line("publish", allowed, "/everything/a") == 1);
  CHECK(line("publish", denied, "/everything/a") == 1);
  CHECK(line("publish", allowed, "/refusals/a") == 0);
  CHECK(line("publish", denied, "/refusals/a") == 1);
  CHECK(line("publish", "", "/silent/a") == 0);
  CHECK(line("subscribe", allowed, "/everything/s") == 1);
  CHECK(line("subscribe", allowed, "/refusals/s") == 0);
  CHECK(line("subscribe", denied, "/refusals/x") == 1);
  CHECK(line("subscribe", allowed, "/everything/twice") == 0);
  CHECK(line("subscribe", R"("reason":"duplicate_subscription",)", "/everything/twice") == 1);
  CHECK_FALSE(has(text, "/silent/"));
  CHECK_FALSE(has(text, node_process::key()));
  CHECK_FALSE(has(text, "da2-wrong"));

  const auto good = node.run_tool({"audit", "verify", "audit.jsonl"});
  INFO(good.output << good.errors);
  CHECK(good.status == 0);
  auto changed = text;
  changed.replace(changed.find("/everything/a"), 13, "/everything/b");
  node.write_file("changed.jsonl", changed);
  CHECK(node.run_tool({"audit", "verify", "changed.jsonl"}).status == 1);
}

TEST_CASE("Without room for its records a node refuses publishes, until there is room again") {
  node_process node{{.config = config_of("{file: audit.jsonl, sync: always, on_failure: "
                                         "refuse_publishes}")}};
  http_client http{node.port()};
  const auto request = publish_with(key_line(), "/everything/a");
  REQUIRE(http.ask(request).status == 200);
  web_socket client{node.port()};
  client.subscribe("s", "/everything/*");
  wait_until([&] { return has(node.read_file("audit.jsonl"), "subscribe"); }, "a record");

  limit_files(node, node.read_file("audit.jsonl").size());
  // What begins the silence still finds room in the queue.
  const auto refused = wait_for_status(node, request, 503);
  CHECK(error_type(refused) == "ServiceUnavailableException");
  // What would not be written down anyway goes on, and so does all but publishing.
  CHECK(http.ask(publish_with(key_line(), "/silent/a")).status == 200);
  CHECK(http.ask(http_request("GET", "/healthz"), "GET").status == 200);

  limit_files(node, RLIM_INFINITY);
  wait_for_status(node, request, 200);
  CHECK(node.stop() == 0);
  const auto verified = node.run_tool({"audit", "verify", "audit.jsonl"});
  INFO(verified.output << verified.errors);
  CHECK(verified.status == 0);
}

TEST_CASE("A node that may go on without records publishes") {
  node_process node{{.config = config_of("{file: audit.jsonl, sync: always}")}};
  http_client http{node.port()};
  limit_files(node, node.read_file("audit.jsonl").size());
  for (auto i = 0; i < 50; ++i)
    REQUIRE(http.ask(publish_with(key_line(), "/everything/a")).status == 200);
  limit_files(node, RLIM_INFINITY);
}

} // namespace actormesh::process
