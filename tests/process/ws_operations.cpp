#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace actormesh::process {

namespace {

std::string reply(std::string_view type, std::string_view id, std::string_view error_type,
                  std::string_view message = {}) {
  auto text = R"({"type":)" + json_string(type);
  if (!id.empty())
    text += R"(,"id":)" + json_string(id);
  text += R"(,"errors":[{"errorType":)" + json_string(error_type);
  if (!message.empty())
    text += R"(,"message":)" + json_string(message);
  return text + "}]}";
}

struct faulty_frame {
  const char* name;
  std::string text;
  std::string expected;
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto found = text.find(what);
  REQUIRE(found != std::string::npos);
  return text.replace(found, what.size(), by);
}

constexpr const char* unauthorized = "UnauthorizedException";
constexpr const char* unauthorized_message = "You are not authorized to make this call.";
constexpr const char* bad = "BadRequestException";
constexpr const char* field = "A field is missing or of the wrong type";
constexpr const char* channel_format = "Invalid Channel Format";

} // namespace

TEST_CASE("connection_init is acknowledged, followed by a ka at once, as often as it comes") {
  node_process node;
  web_socket client{node.port()};
  for (int again = 0; again < 2; ++again) {
    REQUIRE(client.ask(R"({"type":"connection_init"})") ==
            R"({"type":"connection_ack","connectionTimeoutMs":300000})");
    REQUIRE(client.read_text() == R"({"type":"ka"})");
  }
}

TEST_CASE("Operations are accepted before connection_init") {
  node_process node;
  web_socket client{node.port()};
  REQUIRE(client.ask(subscribe_text("s", "/default/a")) ==
          R"({"type":"subscribe_success","id":"s"})");
  REQUIRE(client.ask(R"({"type":"connection_init"})").starts_with(R"({"type":"connection_ack")"));
}

TEST_CASE("A publisher that subscribed gets its own events") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  client.send_text(publish_text("p", "/default/a", {"1", "2"}));
  std::vector<std::string> got{client.read_text(), client.read_text(), client.read_text()};
  // Where the reply stands among the events is nobody's promise.
  std::erase_if(got, [](const auto& text) { return text.starts_with(R"({"type":"publish_)"); });
  REQUIRE(got == std::vector<std::string>{R"({"type":"data","id":"s","event":"1"})",
                                          R"({"type":"data","id":"s","event":"2"})"});
}

TEST_CASE("A publish by WebSocket is answered with indexes and UUIDs") {
  node_process node;
  web_socket client{node.port()};
  REQUIRE(
      without_uuids(client.ask(publish_text("p-1_+Z", "default/a", {"1", "{}"}))) ==
      R"({"type":"publish_success","id":"p-1_+Z","successful":[{"identifier":"UUID","index":0},)"
      R"({"identifier":"UUID","index":1}],"failed":[]})");
  const auto large = '"' + std::string(240 * 1024, 'x') + '"';
  REQUIRE(without_uuids(client.ask(publish_text("p", "/default/a", {"1", large}))) ==
          R"({"type":"publish_success","id":"p","successful":[{"identifier":"UUID","index":0}],)"
          R"("failed":[{"code":"EventTooLargeException","identifier":"UUID","index":1,)"
          R"("message":"Transformed event is larger than 240KB"}]})");
}

TEST_CASE("Each fault of a frame has its answer, and the connection goes on") {
  node_process node{{.namespaces = "[{name: default}, {name: closed, auth: {publish: [NONE], "
                                   "subscribe: [NONE]}}]"}};
  web_socket client{node.port()};
  client.subscribe("taken", "/default/a");
  const auto key = node_process::key();
  const auto publish = publish_text("i", "/default/a", {"1"});
  const auto subscribe = subscribe_text("i", "/default/a");
  const auto unsupported = [](std::string_view id) {
    return reply("error", id, "UnsupportedOperation",
                 "Operation not supported through the realtime channel");
  };
  const auto refused_publish = [](std::string_view type, std::string_view message) {
    return reply("publish_error", "i", type, message);
  };
  const auto refused_subscribe = [](std::string_view type, std::string_view message) {
    return reply("subscribe_error", "i", type, message);
  };
  const std::vector<faulty_frame> table{
      {"six events", publish_text("i", "/default/a", {"1", "2", "3", "4", "5", "6"}),
       refused_publish("InvalidInputError", "input exceeded 5 event limit")},
      {"no events", publish_text("i", "/default/a", {}),
       refused_publish(bad, "Input has no events")},
      {"an event that is not JSON", publish_text("i", "/default/a", {"x"}),
       refused_publish(bad, "An event is not a string that holds valid JSON")},
      {"publish to a wildcard", publish_text("i", "/default/*", {"1"}),
       refused_publish(bad, channel_format)},
      {"publish with a wrong key", replaced(publish, key, "da2-wrong"),
       refused_publish(unauthorized, unauthorized_message)},
      {"publish without authorization", replaced(publish, "authorization", "x"),
       refused_publish(unauthorized, unauthorized_message)},
      {"publish to an unknown namespace", publish_text("i", "/unknown/a", {"1"}),
       refused_publish(unauthorized, {})},
      {"publish without a channel", replaced(publish, "\"channel\"", "\"x\""),
       refused_publish(bad, field)},
      {"subscribe with a wrong key", replaced(subscribe, key, "da2-wrong"),
       refused_subscribe(unauthorized, unauthorized_message)},
      {"subscribe without authorization", replaced(subscribe, "authorization", "x"),
       refused_subscribe(unauthorized, unauthorized_message)},
      {"subscribe to an unknown namespace", subscribe_text("i", "/unknown/a"),
       refused_subscribe(unauthorized, {})},
      {"subscribe to everything", subscribe_text("i", "/*"),
       refused_subscribe(bad, channel_format)},
      {"a wildcard in the middle", subscribe_text("i", "/default/*/a"),
       refused_subscribe(bad, channel_format)},
      {"six segments", subscribe_text("i", "/default/2/3/4/5/6"),
       refused_subscribe(bad, channel_format)},
      {"an id that is subscribed already", subscribe_text("taken", "/default/b"),
       reply("subscribe_error", "taken", "DuplicatedOperationError", "Duplicated operation id")},
      {"an unknown subscription", unsubscribe_text("nobody"),
       reply("unsubscribe_error", "nobody", "UnknownOperationError",
             "Unknown operation id nobody")},
      {"an unknown type", R"({"type":"start","id":"i"})", unsupported("i")},
      {"an unknown type without an id", R"({"type":"start"})", unsupported("")},
      {"no type", R"({"id":"i"})", unsupported("i")},
      {"no id to subscribe", replaced(subscribe, "\"id\"", "\"x\""),
       reply("subscribe_error", "", bad, field)},
      {"an id with a blank", subscribe_text("a b", "/default/a"),
       reply("subscribe_error", "", bad, "Invalid operation id")},
      {"an id of 129 characters", subscribe_text(std::string(129, 'i'), "/default/a"),
       reply("subscribe_error", "", bad, "Invalid operation id")},
  };
  for (const auto& [name, text, expected] : table) {
    INFO(name);
    CHECK(client.ask(text) == expected);
  }
  REQUIRE(client.ask(unsubscribe_text("taken")) ==
          R"({"type":"unsubscribe_success","id":"taken"})");
}

TEST_CASE(
    "What is not a JSON object is answered with an error that has the id if it was readable") {
  node_process node;
  web_socket client{node.port()};
  const auto* const message = "Expected a JSON object";
  for (const auto* text : {"", "x", "[]", "7", "{\"type\":", "{}x"}) {
    INFO(text);
    CHECK(client.ask(text) == reply("error", "", bad, message));
  }
  // A publish that is answered otherwise would wait for ever in the client.
  CHECK(client.ask(R"({"type":"publish","id":"p-7","events":[x]})") ==
        reply("publish_error", "p-7", bad, message));
  CHECK(client.ask(R"({"id":"s-7","type":"subscribe",)") ==
        reply("subscribe_error", "s-7", bad, message));
  CHECK(client.ask(R"({"id":"z-7",)") == reply("error", "z-7", bad, message));
}

TEST_CASE("The 201st subscription of a connection is refused") {
  node_process node;
  web_socket client{node.port()};
  for (int i = 0; i < 201; ++i)
    client.send_text(subscribe_text("s" + std::to_string(i), "/default/a"));
  // Refusals need nobody else's answer and may come first.
  std::set<std::string> replies;
  for (int i = 0; i < 201; ++i)
    replies.insert(client.read_text());
  for (int i = 0; i < 200; ++i)
    REQUIRE(replies.count(R"({"type":"subscribe_success","id":"s)" + std::to_string(i) + "\"}") ==
            1);
  REQUIRE(replies.count(reply("subscribe_error", "s200", "MaxSubscriptionsReachedError",
                              "Subscription limit of the connection reached")) == 1);
  REQUIRE(client.ask(unsubscribe_text("s7")) == R"({"type":"unsubscribe_success","id":"s7"})");
  client.subscribe("s200", "/default/b");
}

TEST_CASE("An open subscription survives a refused one, and a mode of its own is honoured") {
  node_process node{{.namespaces = "[{name: default}, {name: open, auth: {subscribe: [NONE]}}]"}};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  REQUIRE(client.ask(R"({"type":"subscribe","id":"o","channel":"/open/a"})") ==
          R"({"type":"subscribe_success","id":"o"})");
  REQUIRE(client.ask(R"({"type":"subscribe","id":"d","channel":"/default/a"})") ==
          reply("subscribe_error", "d", unauthorized, unauthorized_message));
  http_client http{node.port()};
  http.publish("/default/a", {"1"});
  REQUIRE(client.read_event("s") == "1");
}

} // namespace actormesh::process
