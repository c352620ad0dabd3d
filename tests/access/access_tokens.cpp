#include "tests/access/fixtures.hpp"
#include "tests/auth/signing.hpp"
#include "tests/net/fetch_server.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include <chrono>

namespace actormesh::process {

namespace {

using testing::signing_key;

constexpr auto issuer = "https://login.example.com";

const signing_key& key() {
  static const auto made = signing_key::make(auth::algorithm::es256, "k1");
  return made;
}

/// A token of somebody that ends so many seconds from now.
std::string token_for(const std::string& who, int ends) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
                       .time_since_epoch()
                       .count();
  return key().token(
      {{"iss", issuer}, {"sub", who}, {"aud", "shop"}, {"iat", now}, {"exp", now + ends}});
}

std::string config_of(const shelf& files, const std::string& more, const std::string& spaces) {
  return R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {connect: [OPENID_CONNECT], publish: [OPENID_CONNECT, API_KEY], subscribe: [OPENID_CONNECT]}
    issuers:
      - {issuer: "https://login.example.com", clients: shop, leeway: 0s, jwks_file: )" +
         files.path("keys.json") + more + "}\n    namespaces: " + spaces + "\n";
}

} // namespace

TEST_CASE("A token that expires ends the connection only if the configuration says so") {
  const shelf files;
  files.put("keys.json", testing::jwks_of({key()}));
  node_process closing{
      {.config = config_of(files, ", close_on_expiry: true", "[{name: default}]")}};
  node_process keeping{{.config = config_of(files, "", "[{name: default}]")}};
  const auto brief = shown(token_for("ann", 3));
  web_socket closed{closing.port(), upgrade_of(brief)};
  web_socket kept{keeping.port(), upgrade_of(brief)};
  for (auto* const client : {&closed, &kept})
    REQUIRE(subscribes(*client, brief, "/default/a").find("subscribe_success") !=
            std::string::npos);
  CHECK(closed.read_close() == 1000);
  // The token is over here, too. The connection and its subscription are not.
  http_client http{keeping.port()};
  CHECK(http.ask(publish_with(authorization_line(token_for("ann", -1)), "/default/a")).status ==
        401);
  http.publish("/default/a", {"1"});
  CHECK(kept.read_event("s") == "1");
  const auto refused = kept.ask(R"({"type":"subscribe","id":"t","channel":"/default/b",)"
                                R"("authorization":{)" +
                                brief + "}}");
  CHECK(refused.starts_with(R"({"type":"subscribe_error","id":"t")"));
  CHECK(refused.find("UnauthorizedException") != std::string::npos);
}

TEST_CASE("A file of an issuer's keys is picked up while the node runs") {
  const shelf files;
  files.put("keys.json", testing::jwks_of({signing_key::make(auth::algorithm::rs256, "k0")}));
  node_process node{{.config = config_of(files, "", "[{name: default}]")}};
  const auto request = publish_with(authorization_line(token_for("ann", 600)), "/default/a");
  http_client http{node.port()};
  CHECK(http.ask(request).status == 401);
  files.put("keys.json", testing::jwks_of({key()}));
  wait_for_status(node, request, 200);
}

TEST_CASE("An issuer is not asked for its keys in clear when its own address is not") {
  const auto serve = [](std::string body) {
    return [body = std::move(body)](test::peer& client, int) {
      while (!client.request().empty())
        static_cast<void>(client.say(test::answer(body)));
    };
  };
  const test::server keys{serve(testing::jwks_of({key()}))};
  test::authority ca;
  const auto files = ca.issue();
  std::string says;
  const test::server web{[&](test::peer& client, int number) { serve(says)(client, number); },
                         &files};
  const auto base = web.url("");
  says = R"({"issuer":")" + base + R"(","jwks_uri":")" + keys.url() + "\"}";
  node_process node{{.config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {connect: [OPENID_CONNECT], publish: [OPENID_CONNECT, API_KEY], subscribe: [API_KEY]}
    issuers: [{issuer: ")" + base +
                               "\", ca: " + ca.file().string() +
                               "}]\n    namespaces: [{name: default}]\n"}};
  http_client http{node.port()};
  const auto token =
      key().token({{"iss", base}, {"sub", "ann"}, {"iat", 1}, {"exp", 4'000'000'000}});
  CHECK(http.ask(publish_with(authorization_line(token), "/default/a")).status == 401);
  node.wait_for_log("discovery names a jwks_uri without TLS");
  CHECK(keys.connections() == 0);
}

TEST_CASE("A channel with a claim in it belongs to who has the claim") {
  const shelf files;
  files.put("keys.json", testing::jwks_of({key()}));
  node_process node{{.config = config_of(files, "",
                                         "[{name: user, channels: [\"/user/{sub}\", "
                                         "\"/user/{sub}/*\"]}]")}};
  const auto ann = token_for("ann", 600);
  web_socket client{node.port(), upgrade_of(shown(ann))};
  const auto answer_to = [&](const std::string& channel) {
    auto answer = subscribes(client, shown(ann), channel);
    if (answer.find("subscribe_success") != std::string::npos) {
      CHECK(client.ask(unsubscribe_text("s")).find("unsubscribe_success") != std::string::npos);
      return std::string{"ok"};
    }
    CHECK(answer.find("AccessDeniedException") != std::string::npos);
    return std::string{"denied"};
  };
  for (const auto* const mine : {"/user/ann", "/user/ann/a", "/user/ann/*", "/user/ann/a/*"}) {
    INFO(mine);
    CHECK(answer_to(mine) == "ok");
  }
  for (const auto* const other : {"/user/*", "/user/bob", "/user/bob/*", "/user/Ann", "/user/annb",
                                  "/user", "/user/bob/ann"}) {
    INFO(other);
    CHECK(answer_to(other) == "denied");
  }
  http_client http{node.port()};
  const auto line = authorization_line("Bearer " + ann);
  CHECK(http.ask(publish_with(line, "/user/ann/b")).status == 200);
  const auto denied = http.ask(publish_with(line, "/user/bob"));
  CHECK(denied.status == 403);
  CHECK(error_type(denied) == "AccessDeniedException");
  // An API key has no `sub`.
  CHECK(http.ask(publish_with(key_line(), "/user/ann")).status == 403);
}

} // namespace actormesh::process
