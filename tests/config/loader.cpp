#include "config/loader.hpp"

#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace actormesh::config;
using namespace std::chrono_literals;

namespace {

/// A configuration that is right: tests put something wrong in front of it.
constexpr std::string_view good_api = R"(
apis:
  - id: dev
    keys_file: keys.yaml
    namespaces:
      - name: default
)";

using texts = std::vector<std::string>;

result<loaded_settings> parse(std::string_view text) {
  return parse_settings(text, {.file = "/etc/actormesh/f.yaml"});
}

/// The problems as a user sees them, without the folder.
texts problems_of(std::string_view text) {
  texts shown;
  const auto parsed = parse(text);
  for (const auto& each : parsed ? parsed->warnings : parsed.error()) {
    constexpr std::string_view folder = "/etc/actormesh/";
    auto line = to_string(each);
    if (line.starts_with(folder))
      line.erase(0, folder.size());
    shown.push_back(std::move(line));
  }
  return shown;
}

} // namespace

TEST_CASE("a whole configuration becomes settings") {
  const auto parsed = parse(R"(
node:
  name: node-1
  loops: 4
  max_channels: 1000
  drain_timeout: 1m30s
listeners:
  - address: 0.0.0.0
    port: 80
  - address: "::1"
    port: 0
log:
  level: debug
  format: json
http:
  header_bytes: 8KiB
  body_bytes: 2MiB
  header_timeout: 1s
  body_timeout: 2s
  idle_timeout: 3s
websocket:
  message_bytes: 4MiB
  queue_bytes: 512KiB
  keep_alive_interval: 30s
  connection_timeout: 2m
  connection_lifetime: 12h
  close_timeout: 1s
  message_timeout: 5s
  compression: true
  compression_threshold: 1KB
apis:
  - id: dev
    path_prefix: /v/dev
    hosts: [Dev.Example.COM, localhost]
    keys_file: keys/dev.yaml
    auth:
      connect: [API_KEY, NONE]
      publish: [API_KEY]
      subscribe: [NONE]
    limits:
      connections: 10
      connections_per_address: 2
      connections_per_second: 3
      publishes_per_second: 0
      subscriptions: 5
      events_per_publish: 6
      event_bytes: 100KB
    namespaces:
      - name: default
        slow_consumer: drop_oldest
      - name: orders
        auth:
          publish: [NONE]
          subscribe: [API_KEY]
        slow_consumer: drop_newest
)");
  REQUIRE(parsed.has_value());
  const auto& values = parsed->values;
  const auto& warnings = parsed->warnings;
  CHECK(values.node_name == "node-1");
  CHECK(values.loops == 4);
  CHECK(values.max_channels == 1000);
  CHECK(values.drain_timeout == 90s);
  CHECK(values.listeners == std::vector<listener_settings>{{"0.0.0.0", 80}, {"::1", 0}});
  CHECK(values.level == log_level::debug);
  CHECK(values.format == log_format::json);
  CHECK(values.http == http_settings{8192, 2'097'152, 1s, 2s, 3s});
  CHECK(values.websocket ==
        websocket_settings{4'194'304, 524'288, 30s, 2min, 12h, 1s, 5s, true, 1000});
  REQUIRE(values.apis.size() == 1);
  const auto& api = values.apis.front();
  CHECK(api.id == "dev");
  CHECK(api.path_prefix == "/v/dev");
  CHECK(api.hosts == texts{"dev.example.com", "localhost"});
  CHECK(api.keys_file == "/etc/actormesh/keys/dev.yaml");
  CHECK(api.auth == auth_settings{{auth_mode::api_key, auth_mode::none},
                                  {auth_mode::api_key},
                                  {auth_mode::none}});
  CHECK(api.limits == api_limits{10, 2, 3, 0, 5, 6, 100'000});
  CHECK(
      api.namespaces ==
      std::vector<namespace_settings>{
          {"default", {}, {}, slow_consumer_policy::drop_oldest},
          {"orders", {auth_mode::none}, {auth_mode::api_key}, slow_consumer_policy::drop_newest}});
  REQUIRE(warnings.size() == 1);
  CHECK(to_string(warnings.front()) ==
        "/etc/actormesh/f.yaml:37:16: warning: apis[0].auth.connect: NONE lets everybody in who "
        "reaches 0.0.0.0");
}

TEST_CASE("what is left out has its default, and there is a listener on loopback") {
  const auto parsed = parse(good_api);
  REQUIRE(parsed.has_value());
  settings expected;
  expected.listeners.emplace_back();
  expected.apis.emplace_back();
  expected.apis[0].id = "dev";
  expected.apis[0].keys_file = "/etc/actormesh/keys.yaml";
  expected.apis[0].namespaces.emplace_back().name = "default";
  CHECK(parsed->values == expected);
  CHECK(parsed->warnings.empty());
  CHECK(parsed->values.listeners[0].address == "127.0.0.1");
  CHECK(parsed->values.listeners[0].port == 8080);
}

TEST_CASE("addresses come out in one form") {
  const auto parsed = parse("listeners: [{address: localhost, port: 1}, "
                            "{address: '[0:0::1]', port: 2}]\n" +
                            std::string{good_api});
  REQUIRE(parsed.has_value());
  CHECK(parsed->values.listeners == std::vector<listener_settings>{{"127.0.0.1", 1}, {"::1", 2}});
}

TEST_CASE("a section without anything in it changes nothing") {
  CHECK(parse("http:\nlog: {}\n" + std::string{good_api}).has_value());
}

TEST_CASE("an absolute file of keys stays where it is") {
  const auto parsed = parse("apis: [{id: a, keys_file: /k/k.yaml, namespaces: [{name: n}]}]");
  REQUIRE(parsed.has_value());
  CHECK(parsed->values.apis[0].keys_file == "/k/k.yaml");
}

TEST_CASE("each wrong value is reported with its place and with what was expected") {
  struct row {
    std::string text;
    std::string expected;
  };
  const row rows[] = {
      {"htttp: {}", R"(f.yaml:1:1: unknown option "htttp", did you mean "http"?)"},
      {"http: {boddy_bytes: 1}",
       R"(f.yaml:1:8: unknown option "boddy_bytes", did you mean "body_bytes"?)"},
      {"http: {queue_bytes: 1MiB}",
       R"(f.yaml:1:8: unknown option "queue_bytes" here; "queue_bytes" belongs under websocket)"},
      {"log: {colour: red}", R"(f.yaml:1:7: unknown option "colour"; known here: level, format)"},
      {"http: 5", R"(f.yaml:1:7: http: expected a mapping, found "5")"},
      {"http: []", R"(f.yaml:1:7: http: expected a mapping, found a list)"},
      {"? [a, b]\n: 1", R"(f.yaml:1:3: expected the name of an option, found a list)"},
      {"node:\n  loops: many",
       R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found "many")"},
      {"node:\n  loops: -1",
       R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found "-1")"},
      {"node:\n  loops: 65",
       R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found "65")"},
      {"node:\n  loops: \"4\"",
       R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found "4")"},
      {"node:\n  loops: [4]",
       R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found a list)"},
      {"node:\n  loops:",
       R"(f.yaml:2:3: node.loops: expected a whole number from 0 to 64; found nothing)"},
      {"node: {loops: 1, loops: 2}", R"(f.yaml:1:18: "loops" is already set in line 1)"},
      {"log: {}\nlog: {level: warn}", R"(f.yaml:2:1: "log" is already set in line 1)"},
      {"node: {drain_timeout: 10}",
       R"(f.yaml:1:23: node.drain_timeout: expected a duration from 0s to 1h, such as 1500ms, 10s or 24h; found "10")"},
      {"node: {drain_timeout: 61m}",
       R"(f.yaml:1:23: node.drain_timeout: expected a duration from 0s to 1h, such as 1500ms, 10s or 24h; found "61m")"},
      {"http: {body_bytes: 12 parsecs}",
       R"(f.yaml:1:20: http.body_bytes: expected a size from 1KiB to 256MiB, such as 4096, 240KiB or 8MB; found "12 parsecs")"},
      {"websocket: {compression: yes}",
       R"(f.yaml:1:26: websocket.compression: expected true or false; found "yes")"},
      {"websocket: {compression: 'true'}",
       R"(f.yaml:1:26: websocket.compression: expected true or false; found "true")"},
      {"log: {level: loud}",
       R"(f.yaml:1:14: log.level: expected one of trace, debug, info, warn, error, off; found "loud")"},
      {"log: {format: JSON}",
       R"(f.yaml:1:15: log.format: expected one of text, json; found "JSON")"},
      {"listeners: 8080", R"(f.yaml:1:12: listeners: expected a list of mappings, found "8080")"},
      {"listeners: [8080]", R"(f.yaml:1:13: listeners[0]: expected a mapping, found "8080")"},
      {"listeners: []", R"(f.yaml:1:1: listeners: expected at least one listener)"},
      {"listeners: [{address: example.com}]",
       R"(f.yaml:1:23: listeners[0].address: expected an IPv4 or IPv6 address; found "example.com")"},
      {"listeners: [{port: 65536}]",
       R"(f.yaml:1:20: listeners[0].port: expected a whole number from 0 to 65535; found "65536")"},
      {"listeners: [{port: 1}, {port: 1}]",
       R"(f.yaml:1:24: listeners[1]: listens on the same address and port as listeners[0])"},
      {"websocket: {keep_alive_interval: 5m}",
       "f.yaml:1:34: websocket.keep_alive_interval: expected less than "
       "websocket.connection_timeout (5m), found 5m: clients would give up between two "
       "keep-alives"},
      {"websocket: {connection_timeout: 30s}",
       "f.yaml:1:33: websocket.keep_alive_interval: expected less than "
       "websocket.connection_timeout (30s), found 1m: clients would give up between two "
       "keep-alives"},
      {"http: {body_bytes: 100KiB}",
       "f.yaml:1:20: apis[0].limits.event_bytes: expected no more than http.body_bytes (100KiB), "
       "found 240KiB"},
      {"websocket: {message_bytes: 64KiB}",
       "f.yaml:1:28: apis[0].limits.event_bytes: expected no more than websocket.message_bytes "
       "(64KiB), found 240KiB"},
      {"websocket: {queue_bytes: 64KiB}",
       "f.yaml:1:26: apis[0].limits.event_bytes: expected no more than websocket.queue_bytes "
       "(64KiB), found 240KiB"},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(problems_of(text + std::string{good_api}) == texts{expected});
  }
}

TEST_CASE("each wrong API is reported with its place and with what was expected") {
  struct row {
    std::string text;
    texts expected;
  };
  const std::string api = "{id: a, keys_file: k, namespaces: [{name: n}]}";
  const row rows[] = {
      {"{}", {"f.yaml:1:1: apis: expected at least one API"}},
      {"", {"f.yaml:1:1: apis: expected at least one API"}},
      {"apis: []", {"f.yaml:1:1: apis: expected at least one API"}},
      {"apis:", {"f.yaml:1:1: apis: expected a list of mappings, found nothing"}},
      {"apis: [{keys_file: k, namespaces: [{name: n}]}]",
       {"f.yaml:1:8: apis[0].id: is missing, expected 1 to 64 characters of A-Z, a-z, 0-9, _ and "
        "-"}},
      {"apis: [{id: a b, keys_file: k, namespaces: [{name: n}]}]",
       {R"(f.yaml:1:13: apis[0].id: expected 1 to 64 characters of A-Z, a-z, 0-9, _ and -; found "a b")"}},
      {"apis: [{id: a, keys_file: k}]",
       {"f.yaml:1:8: apis[0].namespaces: expected at least one namespace"}},
      {"apis: [{id: a, keys_file: k, namespaces: []}]",
       {"f.yaml:1:30: apis[0].namespaces: expected at least one namespace"}},
      {"apis: [{id: a, keys_file: k, namespaces: [{}]}]",
       {"f.yaml:1:43: apis[0].namespaces[0].name: is missing, expected 1 to 50 characters of A-Z, "
        "a-z, 0-9 and -, with no - at either end"}},
      {"apis: [{id: a, keys_file: k, namespaces: [{name: a_b}]}]",
       {"f.yaml:1:50: apis[0].namespaces[0].name: expected 1 to 50 characters of A-Z, a-z, 0-9 and "
        "-, with no - at either end; found \"a_b\""}},
      {"apis: [{id: a, keys_file: k, namespaces: [{name: n}, {name: m}, {name: n}]}]",
       {"f.yaml:1:72: apis[0].namespaces[2].name: \"n\" is the name of apis[0].namespaces[0] too"}},
      {"apis: [{id: a, namespaces: [{name: n}]}]",
       {"f.yaml:1:8: apis[0].keys_file: expected a file of keys, because apis[0].auth.connect has "
        "API_KEY (make one with `actormesh keys create --file FILE`)"}},
      {"apis: [{id: a, auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}, namespaces: "
       "[{name: n, auth: {publish: [API_KEY]}}]}]",
       {"f.yaml:1:116: apis[0].keys_file: expected a file of keys, because "
        "apis[0].namespaces[0].auth.publish has API_KEY (make one with `actormesh keys create "
        "--file FILE`)"}},
      {"apis: [{id: a, keys_file: k, auth: {connect: []}, namespaces: [{name: n}]}]",
       {"f.yaml:1:46: apis[0].auth.connect: expected at least one mode"}},
      {"apis: [{id: a, keys_file: k, auth: {connect: API_KEY}, namespaces: [{name: n}]}]",
       {R"(f.yaml:1:46: apis[0].auth.connect: expected a list of API_KEY, AWS_IAM, AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT, AWS_LAMBDA, NONE; found "API_KEY")"}},
      {"apis: [{id: a, keys_file: k, auth: {publish: [API_KEY, IAM]}, namespaces: [{name: "
       "n}]}]",
       {R"(f.yaml:1:56: apis[0].auth.publish: expected a list of API_KEY, AWS_IAM, AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT, AWS_LAMBDA, NONE; found "IAM" in it)"}},
      {"apis: [{id: a, keys_file: k, auth: {publish: [NONE, NONE]}, namespaces: [{name: n}]}]",
       {"f.yaml:1:46: apis[0].auth.publish: NONE is in the list twice"}},
      {"apis: [{id: a, keys_file: k, path_prefix: /dev/, namespaces: [{name: n}]}]",
       {"f.yaml:1:43: apis[0].path_prefix: expected nothing, or a path such as /v/dev, with no "
        "slash at its end and only A-Z, a-z, 0-9, . _ ~ - between the slashes; found \"/dev/\""}},
      {"apis: [{id: a, keys_file: k, path_prefix: /a/../b, namespaces: [{name: n}]}]",
       {"f.yaml:1:43: apis[0].path_prefix: expected nothing, or a path such as /v/dev, with no "
        "slash at its end and only A-Z, a-z, 0-9, . _ ~ - between the slashes; found "
        "\"/a/../b\""}},
      {"apis: [{id: a, keys_file: k, hosts: ['example.com:80'], namespaces: [{name: n}]}]",
       {"f.yaml:1:38: apis[0].hosts: expected a list, each a host name or address without a port; "
        "found \"example.com:80\" in it"}},
      {"apis: [" + api + ", {id: a, path_prefix: /b, keys_file: l, namespaces: [{name: n}]}]",
       {"f.yaml:1:61: apis[1].id: \"a\" is the id of apis[0] too"}},
      {"apis: [" + api + ", {id: b, path_prefix: /b, keys_file: k, namespaces: [{name: n}]}]",
       {"f.yaml:1:92: apis[1].keys_file: is the file of apis[0] too; APIs share no keys, so that a "
        "key of one opens no other"}},
      {"apis: [" + api + ", {id: b, keys_file: l, namespaces: [{name: n}]}]",
       {"f.yaml:1:56: apis[1]: has no path prefix and no hosts, like apis[0]; requests could go to "
        "either"}},
      {"apis: [{id: a, hosts: [x, y], path_prefix: /p, keys_file: k, namespaces: [{name: n}]}, "
       "{id: b, hosts: [Y], path_prefix: /p, keys_file: l, namespaces: [{name: n}]}]",
       {"f.yaml:1:121: apis[1]: has the path prefix \"/p\" and the host \"y\", like apis[0]; "
        "requests could go to either"}},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(problems_of(text) == expected);
  }
}

TEST_CASE("APIs may differ by host, by prefix, or by one of them having no host") {
  const std::string rest = ", namespaces: [{name: n}]}";
  CHECK(problems_of("apis: [{id: a, keys_file: k" + rest + ", {id: b, keys_file: l, hosts: [x]" +
                    rest + ", {id: c, keys_file: m, hosts: [y]" + rest +
                    ", {id: d, keys_file: o, path_prefix: /p" + rest + "]")
            .empty());
}

TEST_CASE("all problems are reported at once, in the order of the file") {
  CHECK(
      problems_of(R"(node:
  loops: x
  nmae: y
log:
  level: loud
websocket:
  keep_alive_interval: 10m
apis:
  - id: a
    hosts: 7
    namespaces:
      - name: n
      - name: n
  - id: a
    keys_file: k
    namespaces: [{name: n}]
)") ==
      texts{
          R"(f.yaml:2:10: node.loops: expected a whole number from 0 to 64; found "x")",
          R"(f.yaml:3:3: unknown option "nmae", did you mean "name"?)",
          R"(f.yaml:5:10: log.level: expected one of trace, debug, info, warn, error, off; found "loud")",
          "f.yaml:7:24: websocket.keep_alive_interval: expected less than "
          "websocket.connection_timeout (5m), found 10m: clients would give up between two "
          "keep-alives",
          "f.yaml:9:5: apis[0].keys_file: expected a file of keys, because apis[0].auth.connect "
          "has API_KEY (make one with `actormesh keys create --file FILE`)",
          R"(f.yaml:10:12: apis[0].hosts: expected a list, each a host name or address without a port; found "7")",
          R"(f.yaml:13:15: apis[0].namespaces[1].name: "n" is the name of apis[0].namespaces[0] too)",
          "f.yaml:14:5: apis[1]: has no path prefix and no hosts, like apis[0]; requests could "
          "go to either",
          R"(f.yaml:14:9: apis[1].id: "a" is the id of apis[0] too)",
      });
}

TEST_CASE("what is no YAML is reported with its place") {
  const auto problems = problems_of("log:\n  level: [info\nhttp: {}\n");
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], Catch::StartsWith("f.yaml:3:5: no valid YAML: "));
  CHECK(problems_of("a: 1\n---\nb: 2\n") ==
        texts{"f.yaml:3:1: expected one YAML document, found another one"});
  // What begins so can't be YAML, and yaml-cpp reads it as empty documents without end.
  CHECK(problems_of(",\na: 1\n") ==
        texts{"f.yaml:1:1: expected one YAML document, found another one"});
  CHECK(problems_of("log:\n  level: info\n---\n") ==
        texts{"f.yaml:1:1: apis: expected at least one API"});
  CHECK(problems_of("- a\n- b\n")[0] ==
        "f.yaml:1:1: expected a mapping with listeners, apis and so on, found a list");
  CHECK_FALSE(parse(std::string(5'000, '[')).has_value());
  CHECK_FALSE(parse("a: &a [*a]\n").has_value());
}

TEST_CASE("a file that can't be read is a problem like any other") {
  const testing::temporary_folder folder;
  const auto missing = load_settings({.file = folder.path() / "none.yaml"});
  REQUIRE_FALSE(missing.has_value());
  CHECK(to_string(missing.error().front()) ==
        (folder.path() / "none.yaml").string() + ": cannot be opened: No such file or directory");
  const auto directory = load_settings({.file = folder.path()});
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().front().message == "expected a file, found a directory");
  const auto huge = load_settings({.file = folder.write("huge.yaml", std::string(9'000'000, '#'))});
  REQUIRE_FALSE(huge.has_value());
  CHECK(huge.error().front().message == "is larger than 8388608 bytes");
}

TEST_CASE("overrides win over the file, and the last one over those before it") {
  load_request request{.file = "/etc/f.yaml"};
  request.overrides = {{"log.level", "warn", "ACTORMESH_LOG_LEVEL"},
                       {"log.level", "error", "--log-level"},
                       {"http.body_bytes", "3MiB", "ACTORMESH_HTTP_BODY_BYTES"}};
  const auto parsed = parse_settings("log: {level: debug}" + std::string{good_api}, request);
  REQUIRE(parsed.has_value());
  CHECK(parsed->values.level == log_level::error);
  CHECK(parsed->values.http.body_bytes == 3'145'728);
}

TEST_CASE("a wrong override is reported under its own name") {
  struct row {
    override_value value;
    std::string expected;
  };
  const row rows[] = {
      {{"node.loops", "x", "--loops"},
       R"(--loops: expected a whole number from 0 to 64; found "x")"},
      {{"log.levle", "info", "--set"},
       R"(--set: unknown option "log.levle", did you mean "log.level"?)"},
      {{"apis[0].id", "x", "--set"},
       R"(--set: unknown option "apis[0].id"; the options are in docs/configuration.md, and those in lists can only be set in the file)"},
      {{"websocket.keep_alive_interval", "10m", "ACTORMESH_WEBSOCKET_KEEP_ALIVE_INTERVAL"},
       "ACTORMESH_WEBSOCKET_KEEP_ALIVE_INTERVAL: websocket.keep_alive_interval: expected less than "
       "websocket.connection_timeout (5m), found 10m: clients would give up between two "
       "keep-alives"},
  };
  for (const auto& [value, expected] : rows) {
    load_request request{.file = "/etc/f.yaml"};
    request.overrides = {value};
    const auto parsed = parse_settings(good_api, request);
    REQUIRE_FALSE(parsed.has_value());
    REQUIRE(parsed.error().size() == 1);
    CHECK(to_string(parsed.error().front()) == expected);
  }
}

TEST_CASE("listeners from outside replace those of the file") {
  load_request request{.file = "/etc/f.yaml"};
  request.listeners = {{"listeners", "0.0.0.0:80", "--listen"},
                       {"listeners", "[::1]:0", "--listen"},
                       {"listeners", "localhost:65535", "--listen"}};
  const auto parsed = parse_settings("listeners: [{port: 1}]" + std::string{good_api}, request);
  REQUIRE(parsed.has_value());
  CHECK(parsed->values.listeners ==
        std::vector<listener_settings>{{"0.0.0.0", 80}, {"::1", 0}, {"127.0.0.1", 65535}});
  for (const auto* const wrong : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                                  "127.0.0.1:65536", "::1:80", "example.com:80", "1.2.3.4:-1"}) {
    CAPTURE(wrong);
    request.listeners = {{"listeners", wrong, "--listen"}};
    const auto refused = parse_settings(good_api, request);
    REQUIRE_FALSE(refused.has_value());
    CHECK(to_string(refused.error().front()) ==
          "--listen: expected ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:80 or [::1]:8080; "
          "found \"" +
              std::string{wrong} + "\"");
  }
}

TEST_CASE("without a file the settings begin where the caller says") {
  load_request request;
  auto& api = request.base.apis.emplace_back();
  api.id = "default";
  api.keys_file = "/k.yaml";
  api.namespaces.emplace_back().name = "default";
  request.overrides = {{"log.format", "json", "--log-format"}};
  const auto loaded = load_settings(request);
  REQUIRE(loaded.has_value());
  CHECK(loaded->values.apis == request.base.apis);
  CHECK(loaded->values.format == log_format::json);
  CHECK(loaded->values.listeners == std::vector<listener_settings>{{}});
}
