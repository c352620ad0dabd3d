#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace actormesh::process {

TEST_CASE("Two subscriptions to one channel get a copy each") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("one", "/default/a");
  client.subscribe("two", "default/a/");
  http_client http{node.port()};
  http.publish("/default/a", {"7"});
  std::vector<std::string> got{client.read_text(), client.read_text()};
  std::ranges::sort(got);
  REQUIRE(got == std::vector<std::string>{R"({"type":"data","id":"one","event":"7"})",
                                          R"({"type":"data","id":"two","event":"7"})"});
  REQUIRE(client.ask(unsubscribe_text("one")) == R"({"type":"unsubscribe_success","id":"one"})");
  http.publish("/default/a", {"8"});
  REQUIRE(client.read_event("two") == "8");
  client.require_silence();
}

TEST_CASE("A wildcard gets the whole subtree and not its root") {
  node_process node;
  web_socket all{node.port()};
  all.subscribe("s", "/default/*");
  web_socket some{node.port()};
  some.subscribe("s", "/default/a/*");
  http_client http{node.port()};
  http.publish("/default", {"0"});
  http.publish("/default/a", {"1"});
  http.publish("/default/a/b", {"2"});
  http.publish("/default/a/b/c/d", {"3"});
  http.publish("/default/ab/c", {"4"});
  for (const auto* expected : {"1", "2", "3", "4"})
    REQUIRE(all.read_event("s") == expected);
  all.require_silence();
  REQUIRE(some.read_event("s") == "2");
  REQUIRE(some.read_event("s") == "3");
  some.require_silence();
}

TEST_CASE("An exact subscription and wildcards above it deliver each") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("exact", "/default/a/b/c/d");
  for (const auto* pattern : {"/default/*", "/default/a/*", "/default/a/b/*", "/default/a/b/c/*"})
    client.subscribe("s" + std::to_string(std::string_view{pattern}.size()), pattern);
  http_client http{node.port()};
  http.publish("/default/a/b/c/d", {"7"});
  std::vector<std::string> got;
  for (int i = 0; i < 5; ++i)
    got.push_back(client.read_text());
  std::ranges::sort(got);
  REQUIRE(got == std::vector<std::string>{R"({"type":"data","id":"exact","event":"7"})",
                                          R"({"type":"data","id":"s10","event":"7"})",
                                          R"({"type":"data","id":"s12","event":"7"})",
                                          R"({"type":"data","id":"s14","event":"7"})",
                                          R"({"type":"data","id":"s16","event":"7"})"});
  client.require_silence();
}

TEST_CASE("An event arrives byte for byte as it was published") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  http_client http{node.port()};
  const std::vector<std::string> events{
      R"("quotes \" and \\ and \/ and / and \b\f\n\r\t")",
      R"("\u0041\u00e9\ud83d\ude00\u2028")",
      "\"é ü 漢字 😀\"",
      "\"line\xE2\x80\xA8separator\xE2\x80\xA9paragraph\x7F\"",
      "1.0e5",
      "-0",
      "1E+2",
      "123456789012345678901234567890.000",
      " { \"a\" :\t[ 1 ,\r\n2 ] } ",
      R"({"b":1,"a":2,"b":3})",
      R"("<script>&'")",
      "true",
  };
  for (const auto& event : events) {
    INFO(event);
    // Line ends and tabs can't stand in a JSON string as they are.
    auto body = publish_body("/default/a", {event});
    for (const auto& [raw, escape] :
         {std::pair{'\t', "\\t"}, std::pair{'\r', "\\r"}, std::pair{'\n', "\\n"}})
      for (auto at = body.find(raw); at != std::string::npos; at = body.find(raw))
        body.replace(at, 1, escape);
    REQUIRE(http.ask(http_request("POST", "/event", key_line(), body)).status == 200);
    REQUIRE(client.read_event("s") == event);
  }
  // Other ways to write the same string make the same event.
  const std::string escaped =
      R"({"channel":"\/default\/a","events":["\u0022\u00e9\ud83d\ude00\/\u0022"]})";
  REQUIRE(http.ask(http_request("POST", "/event", key_line(), escaped)).status == 200);
  REQUIRE(client.read_event("s") == "\"é😀/\"");
}

TEST_CASE("A thousand publishes arrive in their order, batches included") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/a");
  web_socket pattern{node.port()};
  pattern.subscribe("w", "/default/*");
  web_socket publisher{node.port()};
  constexpr int count = 1000;
  for (int i = 0; i < count; ++i)
    publisher.send_text(publish_text(
        "p" + std::to_string(i), "/default/a",
        {std::to_string(3 * i), std::to_string(3 * i + 1), std::to_string(3 * i + 2)}));
  for (int i = 0; i < 3 * count; ++i) {
    REQUIRE(subscriber.read_event("s") == std::to_string(i));
    REQUIRE(pattern.read_event("w") == std::to_string(i));
  }
  for (int i = 0; i < count; ++i)
    REQUIRE(publisher.read_text().starts_with(R"({"type":"publish_success","id":"p)" +
                                              std::to_string(i) + "\""));
}

TEST_CASE("An unsubscribed channel is silent, and its id may be used again") {
  node_process node;
  web_socket client{node.port()};
  http_client http{node.port()};
  for (const auto* channel : {"/default/a", "/default/b"}) {
    client.subscribe("s", channel);
    http.publish(channel, {"1"});
    REQUIRE(client.read_event("s") == "1");
    REQUIRE(client.ask(unsubscribe_text("s")) == R"({"type":"unsubscribe_success","id":"s"})");
    http.publish(channel, {"2"});
    client.require_silence();
  }
}

TEST_CASE("Ids that differ only in case are two") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("id", "/default/a");
  client.subscribe("ID", "/default/b");
  http_client http{node.port()};
  http.publish("/default/b", {"1"});
  REQUIRE(client.read_event("ID") == "1");
}

} // namespace actormesh::process
