#include "config/reload.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh::config;
using namespace std::chrono_literals;

namespace {

settings running() {
  settings values;
  values.listeners = {{"127.0.0.1", 8080}};
  auto& api = values.apis.emplace_back();
  api.id = "dev";
  api.keys_file = "/k.yaml";
  api.namespaces.emplace_back().name = "default";
  return values;
}

using changes = std::vector<change>;

} // namespace

TEST_CASE("the same configuration changes nothing") {
  const auto plan = plan_reload(running(), running());
  CHECK(plan.applied.empty());
  CHECK(plan.needs_restart.empty());
  CHECK(plan.next == running());
}

TEST_CASE("live options are taken over, and the others are named") {
  auto fresh = running();
  fresh.level = log_level::debug;
  fresh.loops = 8;
  fresh.websocket.queue_bytes = 4096;
  fresh.apis[0].limits.connections = 5;
  fresh.apis[0].path_prefix = "/p";
  fresh.apis[0].auth.publish = {auth_mode::none};
  const auto plan = plan_reload(running(), fresh);
  CHECK(plan.applied == changes{{"log.level", "info", "debug"},
                                {"websocket.queue_bytes", "1MiB", "4KiB"},
                                {"apis[dev].auth.publish", "[API_KEY]", "[NONE]"},
                                {"apis[dev].limits.connections", "0", "5"}});
  CHECK(plan.needs_restart ==
        changes{{"node.loops", "0", "8"}, {"apis[dev].path_prefix", "\"\"", "/p"}});
  auto expected = fresh;
  expected.loops = 0;
  expected.apis[0].path_prefix = "";
  CHECK(plan.next == expected);
}

TEST_CASE("listeners and APIs come and go with a restart") {
  auto fresh = running();
  fresh.listeners = {{"::1", 80}};
  fresh.apis[0].id = "prod";
  const auto plan = plan_reload(running(), fresh);
  CHECK(plan.applied.empty());
  CHECK(plan.needs_restart == changes{{"listeners", "127.0.0.1:8080", "(none)"},
                                      {"listeners", "(none)", "[::1]:80"},
                                      {"apis", "dev", "(none)"},
                                      {"apis", "(none)", "prod"}});
  CHECK(plan.next == running());
}

TEST_CASE("namespaces come and go live") {
  auto before = running();
  before.apis[0].namespaces = {{"a", {}, {}, {}}, {"b", {}, {}, {}}};
  auto fresh = running();
  fresh.apis[0].namespaces = {{"b", {}, {}, slow_consumer_policy::drop_oldest}, {"c", {}, {}, {}}};
  const auto plan = plan_reload(before, fresh);
  CHECK(plan.next == fresh);
  CHECK(plan.needs_restart.empty());
  CHECK(plan.applied ==
        changes{{"apis[dev].namespaces", "a", "(none)"},
                {"apis[dev].namespaces[b].slow_consumer", "disconnect", "drop_oldest"},
                {"apis[dev].namespaces", "(none)", "c"}});
}

TEST_CASE("a change within a listener is a change of its option, under its address") {
  auto before = running();
  before.listeners = {{"127.0.0.1", 0}, {"::1", 443}, {"127.0.0.1", 0}};
  auto fresh = before;
  fresh.listeners[1].tls.mode = tls_mode::on;
  fresh.listeners[2].proxy_protocol = true;
  std::swap(fresh.listeners[0], fresh.listeners[1]);
  const auto plan = plan_reload(before, fresh);
  CHECK(plan.applied.empty());
  CHECK(plan.needs_restart == changes{{"listeners[[::1]:443].tls.mode", "off", "on"},
                                      {"listeners[127.0.0.1:0].proxy_protocol", "false", "true"}});
  CHECK(plan.next == before);
}

TEST_CASE("issuers and access keys are known by their names, policies change as a whole") {
  auto before = running();
  auto& known = before.apis[0];
  known.issuers.resize(2);
  known.issuers[0].issuer = "https://a";
  known.issuers[1].issuer = "https://b";
  known.access_keys.emplace_back().id = "AKIA1";
  known.access_keys[0].policy.emplace_back().actions = {"*"};
  auto fresh = before;
  auto& api = fresh.apis[0];
  api.issuers[0].issuer = "https://c";
  api.issuers[1].leeway = 5s;
  api.access_keys[0].user = "somebody";
  api.access_keys[0].policy.emplace_back().effect = policy_effect::deny;
  const auto plan = plan_reload(before, fresh);
  CHECK(plan.needs_restart.empty());
  CHECK(plan.next == fresh);
  CHECK(plan.applied ==
        changes{{"apis[dev].access_keys[AKIA1].user", "\"\"", "somebody"},
                {"apis[dev].access_keys[AKIA1].policy", "1 configured", "2 configured"},
                {"apis[dev].issuers", "https://a", "(none)"},
                {"apis[dev].issuers", "(none)", "https://c"},
                {"apis[dev].issuers[https://b].leeway", "1m", "5s"}});
}

TEST_CASE("an API that stays takes its live changes while another one waits for a restart") {
  auto before = running();
  auto fresh = before;
  fresh.apis.insert(fresh.apis.begin(), before.apis[0]);
  fresh.apis[0].id = "new";
  fresh.apis[1].limits.connections = 5;
  const auto plan = plan_reload(before, fresh);
  CHECK(plan.needs_restart == changes{{"apis", "(none)", "new"}});
  CHECK(plan.applied == changes{{"apis[dev].limits.connections", "0", "5"}});
  REQUIRE(plan.next.apis.size() == 1);
  CHECK(plan.next.apis[0] == fresh.apis[1]);
}
