#include "config/defaults.hpp"
#include "net/appsync/operation.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace actormesh::appsync;

operation frame(std::string_view text) {
  operation_parser parser;
  return parser.parse_frame(text, {});
}

operation http(std::string_view body) {
  operation_parser parser;
  return parser.parse_http_publish(body, {});
}

/// A publish frame around `events`, which is the JSON of that member.
std::string publish_of(std::string_view events) {
  return R"({"type":"publish","id":"1","channel":"/ns","events":)" + std::string{events} +
         R"(,"authorization":{}})";
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

using texts = std::vector<std::string>;

} // namespace

// -- frames as clients send them ------------------------------------------------------------------

TEST_CASE("the frames of amplify-js are understood") {
  SECTION("connection_init") {
    const auto result = frame(R"({"type":"connection_init"})");
    CHECK(result.type == operation_type::connection_init);
    CHECK(result.problem == failure::none);
  }
  SECTION("subscribe") {
    const auto result = frame(
        R"({"id":"90a7b1c2","channel":"default/x","authorization":{"host":"localhost:8080",)"
        R"("x-amz-date":"20261121T175940Z","x-api-key":"da2-testkey",)"
        R"("x-amz-user-agent":"aws-amplify/6.22.1 framework/100"},)"
        R"("payload":{"channel":"default/y","extensions":{"authorization":{"x-api-key":"no"}}},)"
        R"("type":"subscribe"})");
    CHECK(result.type == operation_type::subscribe);
    CHECK(result.problem == failure::none);
    CHECK(result.id == "90a7b1c2");
    CHECK(result.channel == "default/x");
    CHECK(result.events.empty());
    REQUIRE(result.authorization);
    CHECK(result.authorization->api_key == "da2-testkey");
    CHECK(result.authorization->host == "localhost:8080");
    CHECK_FALSE(result.authorization->authorization);
  }
  SECTION("publish, of which only the members at the top count") {
    const auto result =
        frame(R"({"id":"74f7","channel":"default/x","events":["{\"hello\":\"w\"}"],)"
              R"("authorization":{"x-api-key":"da2-testkey"},)"
              R"("payload":{"events":["no JSON",7],"channel":"default/y","id":"_","type":"x",)"
              R"("extensions":{"authorization":{"x-api-key":"no"}}},"type":"publish"})");
    CHECK(result.type == operation_type::publish);
    CHECK(result.problem == failure::none);
    CHECK(result.id == "74f7");
    CHECK(result.channel == "default/x");
    CHECK(result.events == texts{R"({"hello":"w"})"});
    REQUIRE(result.authorization);
    CHECK(result.authorization->api_key == "da2-testkey");
  }
  SECTION("unsubscribe") {
    const auto result = frame(R"({"id":"90a7","type":"unsubscribe"})");
    CHECK(result.type == operation_type::unsubscribe);
    CHECK(result.problem == failure::none);
    CHECK(result.id == "90a7");
    CHECK_FALSE(result.authorization);
  }
}

TEST_CASE("blanks, escapes in names and unknown members make no difference") {
  const auto result = frame(" \t\r\n{ \"\\u0074ype\" : \"pub\\u006cish\" , \"id\":\"\\u0031\","
                            "\"extra\":[1,{\"type\":\"subscribe\"},null,true,-1.5e3],"
                            "\"channel\":\"\\/ns\\/a\",\"events\":[\"1\"]}\n ");
  CHECK(result.type == operation_type::publish);
  CHECK(result.problem == failure::none);
  CHECK(result.id == "1");
  CHECK(result.channel == "/ns/a");
  CHECK(result.events == texts{"1"});
}

TEST_CASE("a parser is used for one frame after another, good or bad") {
  operation_parser parser;
  CHECK(
      parser.parse_frame(R"({"type":"publish","id":"1","channel":"/a","events":["1)", {}).problem ==
      failure::malformed_json);
  const auto empty = parser.parse_frame("{}", {});
  CHECK(empty.type == operation_type::unknown);
  CHECK(empty.id.empty());
  CHECK(parser.parse_frame(publish_of(R"(["1","2"])"), {}).events == texts{"1", "2"});
  CHECK(parser.parse_frame(publish_of(R"(["nul"])"), {}).problem == failure::event_not_json);
  CHECK(parser.parse_frame(publish_of(R"(["3"])"), {}).events == texts{"3"});
}

// -- what is wrong with a frame -------------------------------------------------------------------

TEST_CASE("a frame that cannot be carried out names its type, its id and the reason") {
  struct row {
    std::string text;
    operation_type type;
    std::string id;
    failure problem;
  };
  using enum operation_type;
  const auto given = GENERATE(values<row>({
      // not a JSON object
      {"", unknown, "", failure::malformed_json},
      {"null", unknown, "", failure::malformed_json},
      {"7", unknown, "", failure::malformed_json},
      {R"("publish")", unknown, "", failure::malformed_json},
      {R"([{"type":"publish"}])", unknown, "", failure::malformed_json},
      {R"({"type":"publish","id":"1"}})", publish, "1", failure::malformed_json},
      {R"({"type":"publish","id":"1"} {})", publish, "1", failure::malformed_json},
      {R"({"type":"publish","id":"1","channel":"/a","events":["1"])", publish, "1",
       failure::malformed_json},
      {R"({"type":"publish","id":"1)", publish, "", failure::malformed_json},
      {R"({"type":"publish","id":"1",})", publish, "1", failure::malformed_json},
      {R"({"type":"publish","id":"1",/* */"channel":"/a"})", publish, "1", failure::malformed_json},
      {R"({'type':'publish'})", unknown, "", failure::malformed_json},
      {"{\"type\":\"publish\",\"id\":\"1\",\"channel\":\"\xFF\"}", publish, "1",
       failure::malformed_json},
      {"{\"type\":\"publish\",\"id\":\"1\",\"channel\":\"\xED\xA0\x80\"}", publish, "1",
       failure::malformed_json},
      {"{\"type\":\"publish\",\"id\":\"1\",\"channel\":\"a\nb\"}", publish, "1",
       failure::malformed_json},
      {R"({"type":"publish","id":"1","channel":"\ud800"})", publish, "1", failure::malformed_json},
      {"\xEF\xBB\xBF{\"type\":\"connection_init\"}", unknown, "", failure::malformed_json},
      // type
      {"{}", unknown, "", failure::unsupported_operation},
      {R"({"id":"1"})", unknown, "1", failure::unsupported_operation},
      {R"({"type":7,"id":"1"})", unknown, "1", failure::unsupported_operation},
      {R"({"type":"","id":"1"})", unknown, "1", failure::unsupported_operation},
      {R"({"type":"Publish","id":"1"})", unknown, "1", failure::unsupported_operation},
      {R"({"type":"start","id":"1"})", unknown, "1", failure::unsupported_operation},
      // id
      {R"({"type":"subscribe","channel":"/a"})", subscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe"})", unsubscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe","id":7})", unsubscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe","id":null})", unsubscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe","id":["1"]})", unsubscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe","id":{"id":"1"}})", unsubscribe, "", failure::missing_field},
      {R"({"type":"unsubscribe","id":""})", unsubscribe, "", failure::bad_id},
      {R"({"type":"unsubscribe","id":"a b"})", unsubscribe, "", failure::bad_id},
      {R"({"type":"unsubscribe","id":"a.b"})", unsubscribe, "", failure::bad_id},
      {R"({"type":"unsubscribe","id":"a\u0000"})", unsubscribe, "", failure::bad_id},
      {R"({"type":"unsubscribe","id":")" + std::string(129, 'a') + "\"}", unsubscribe, "",
       failure::bad_id},
      {R"({"type":"unsubscribe","id":")" + std::string(128, 'a') + "\"}", unsubscribe,
       std::string(128, 'a'), failure::none},
      {R"({"type":"unsubscribe","id":"aZ09-_+"})", unsubscribe, "aZ09-_+", failure::none},
      // channel
      {R"({"type":"subscribe","id":"1"})", subscribe, "1", failure::missing_field},
      {R"({"type":"subscribe","id":"1","channel":5})", subscribe, "1", failure::missing_field},
      {R"({"type":"subscribe","id":"1","channel":["/a"]})", subscribe, "1", failure::missing_field},
      {R"({"type":"publish","id":"1","events":["1"]})", publish, "1", failure::missing_field},
      // authorization
      {R"({"type":"subscribe","id":"1","channel":"/a","authorization":"x"})", subscribe, "1",
       failure::missing_field},
      {R"({"type":"subscribe","id":"1","channel":"/a","authorization":null})", subscribe, "1",
       failure::missing_field},
      {R"({"type":"publish","id":"1","channel":"/a","events":["1"],"authorization":[]})", publish,
       "1", failure::missing_field},
      // events
      {R"({"type":"publish","id":"1","channel":"/a"})", publish, "1", failure::no_events},
      {publish_of("[]"), publish, "1", failure::no_events},
      {publish_of("null"), publish, "1", failure::missing_field},
      {publish_of(R"("1")"), publish, "1", failure::missing_field},
      {publish_of(R"({"0":"1"})"), publish, "1", failure::missing_field},
      {publish_of(R"(["1","2","3","4","5","6"])"), publish, "1", failure::too_many_events},
      {publish_of("[1,2,3,4,5,6]"), publish, "1", failure::too_many_events},
      {publish_of("[1]"), publish, "1", failure::event_not_json},
      {publish_of("[null]"), publish, "1", failure::event_not_json},
      {publish_of(R"([{"a":1}])"), publish, "1", failure::event_not_json},
      {publish_of(R"([["1"]])"), publish, "1", failure::event_not_json},
      {publish_of(R"(["1",2,"3"])"), publish, "1", failure::event_not_json},
      {publish_of(R"(["1","hello"])"), publish, "1", failure::event_not_json},
  }));
  CAPTURE(given.text);
  const auto result = frame(given.text);
  CHECK(result.type == given.type);
  CHECK(result.id == given.id);
  CHECK(std::string{to_string(result.problem)} == to_string(given.problem));
  CHECK(result.events.empty());
}

TEST_CASE("of members that come twice the last one counts") {
  const auto result = frame(R"({"type":"subscribe","id":"1","channel":5,"events":[1,2,3,4,5,6,7],)"
                            R"("authorization":{"x-api-key":"a","host":"h"},)"
                            R"("type":"publish","id":"2","channel":"/b","events":["1"],)"
                            R"("authorization":{"X-Api-Key":"b","x-api-key":"c"}})");
  CHECK(result.problem == failure::none);
  CHECK(result.type == operation_type::publish);
  CHECK(result.id == "2");
  CHECK(result.channel == "/b");
  CHECK(result.events == texts{"1"});
  REQUIRE(result.authorization);
  CHECK(result.authorization->api_key == "c");
  CHECK_FALSE(result.authorization->host);

  CHECK(frame(R"({"type":"publish","type":7})").problem == failure::unsupported_operation);
  CHECK(frame(R"({"type":"unsubscribe","id":"1","id":"?"})").problem == failure::bad_id);
  CHECK(frame(R"({"type":"subscribe","id":"1","channel":"/a","channel":null})").problem ==
        failure::missing_field);
}

// -- credentials ----------------------------------------------------------------------------------

TEST_CASE("a frame without authorization says so") {
  const auto result = frame(R"({"type":"subscribe","id":"1","channel":"/a"})");
  CHECK(result.problem == failure::none);
  CHECK_FALSE(result.authorization);
}

TEST_CASE("credentials are found by names in any case, and only as printable strings") {
  const auto of = [](std::string_view authorization) {
    auto result = frame(R"({"type":"subscribe","id":"1","channel":"/a","authorization":)" +
                        std::string{authorization} + "}");
    CHECK(result.problem == failure::none);
    REQUIRE(result.authorization);
    return *result.authorization;
  };
  const auto all = of(R"({"X-API-KEY":"k","Authorization":"Bearer t","HoSt":"h"})");
  CHECK(all.api_key == "k");
  CHECK(all.authorization == "Bearer t");
  CHECK(all.host == "h");

  const auto odd = of(R"({"x-api-key":7,"authorization":{"x-api-key":"inner"},"host":["h"]})");
  CHECK_FALSE(odd.api_key);
  CHECK_FALSE(odd.authorization);
  CHECK_FALSE(odd.host);

  const auto controls = of(R"({"x-api-key":"a\nb","authorization":"\u007f","host":"a\u0000"})");
  CHECK_FALSE(controls.api_key);
  CHECK_FALSE(controls.authorization);
  CHECK_FALSE(controls.host);

  using list = std::vector<std::pair<std::string, std::string>>;
  CHECK(of(R"({"X-Amz-Date":"d","host":"h","accept":"a","n":7,"o":{"p":"q"},"r":["s"]})").others ==
        list{{"X-Amz-Date", "d"}, {"accept", "a"}});
  CHECK(of(R"({"a":"1","b":"2","a":"3"})").others == list{{"b", "2"}, {"a", "3"}});
  CHECK(of(R"({"a":"\u0000","b\n":"2","":"3"})").others.empty());
  std::string many = "{\"x-api-key\":\"k\"";
  for (int i = 0; i < 100; ++i)
    many += ",\"h" + std::to_string(i) + "\":\"v\"";
  CHECK(of(many + "}").others.size() == 64);
  CHECK(of(many + "}").api_key == "k");

  CHECK(of(R"({"x-api-key":""})").api_key == "");
  CHECK(of(R"({"host":"h\u00e9"})").host == "h\xC3\xA9");
}

// -- events ---------------------------------------------------------------------------------------

TEST_CASE("an event is JSON of any type and is handed on byte for byte") {
  struct row {
    std::string in_frame; ///< The element of `events`.
    std::string event;
  };
  const auto given = GENERATE(values<row>({
      {R"("{\"a\":1}")", R"({"a":1})"},
      {R"("\"Breaking news!\"")", R"("Breaking news!")"},
      {R"("123")", "123"},
      {R"("-0.5e-7")", "-0.5e-7"},
      {R"("123456789012345678901234567890.5")", "123456789012345678901234567890.5"},
      {R"("1e400")", "1e400"},
      {R"("true")", "true"},
      {R"("null")", "null"},
      {R"("[]")", "[]"},
      {R"(" {\n \"b\" : 1, \"a\" : [ ] , \"b\":2 } ")", " {\n \"b\" : 1, \"a\" : [ ] , \"b\":2 } "},
      {R"("\"\\u00e9 \\n \\/\"")", R"("\u00e9 \n \/")"},
      {R"("\"\u00e9\u20ac\ud83d\ude00\"")", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
      {"\"\\\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\\\"\"",
       "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
      {R"("\"\u007f\u2028\"")", "\"\x7F\xE2\x80\xA8\""},
  }));
  CAPTURE(given.in_frame);
  const auto result = frame(publish_of("[" + given.in_frame + "]"));
  CHECK(result.problem == failure::none);
  CHECK(result.events == texts{given.event});
}

TEST_CASE("an event that is no JSON fails the request") {
  const auto event = GENERATE(values<std::string>({
      "",
      " ",
      "hello",
      "nul",
      "{",
      "{a:1}",
      R"({\"a\":1,})",
      "[1,]",
      "[1] [2]",
      "1 2",
      "01",
      "+1",
      ".5",
      "1.",
      "NaN",
      "Infinity",
      "'a'",
      R"(\"a)",
      R"(\"\n\")", // a raw line feed inside the event's string
      R"(\"\\x\")",
      R"(// comment\n1)",
      R"(1/* comment */)",
      R"(\u0000)",
      R"(\"\\ud800\")", // half a surrogate pair stands for no character
      "1e99999999999",
  }));
  CAPTURE(event);
  CHECK(frame(publish_of("[\"" + event + "\"]")).problem == failure::event_not_json);
  CHECK(http(R"({"channel":"/a","events":["1",")" + event + "\"]}").problem ==
        failure::event_not_json);
}

TEST_CASE("a batch keeps its order, up to the limit") {
  operation_parser parser;
  const auto text = publish_of(R"(["5","4","3"])");
  CHECK(parser.parse_frame(text, {.events_per_publish = 3}).events == texts{"5", "4", "3"});
  const auto over = parser.parse_frame(text, {.events_per_publish = 2});
  CHECK(over.problem == failure::too_many_events);
  CHECK(over.events.empty());
}

TEST_CASE("large events come through whole") {
  std::string event = "[";
  std::string in_frame = "[";
  for (int i = 0; event.size() < 240U * 1024; ++i) {
    const auto number = std::to_string(i);
    event += "\"" + number + "\",";
    in_frame += "\\\"" + number + "\\\",";
  }
  event += "0]";
  in_frame += "0]";
  operation_parser parser;
  for (int round = 0; round < 2; ++round) {
    const auto result = parser.parse_frame(publish_of("[\"" + in_frame + "\"]"), {});
    CHECK(result.problem == failure::none);
    CHECK((result.events == texts{event}));
  }
}

TEST_CASE("names, ids and channels longer than any buffer are read to their end") {
  const std::string long_text = repeated("\\u0061", 100'000);
  const std::string plain(100'000, 'a');
  CHECK(frame(R"({"type":"unsubscribe","id":")" + long_text + "\"}").problem == failure::bad_id);
  CHECK(frame(R"({"type":")" + long_text + "\"}").problem == failure::unsupported_operation);
  CHECK(frame("{\"" + long_text + R"(":1,"type":"connection_init"})").problem == failure::none);
  CHECK(frame(R"({"type":"subscribe","id":"1","channel":")" + long_text + "\"}").channel == plain);
  CHECK(frame(R"({"type":"subscribe","id":"1","channel":"/a","authorization":{")" + long_text +
              R"(":"x","host":")" + long_text + "\"}}")
            .authorization->host == plain);
}

TEST_CASE("nesting ends at the limit, in frames and in events") {
  constexpr auto depth = actormesh::config::defaults::json_depth;
  const auto nested = [](std::size_t levels) {
    return repeated("[", levels) + repeated("]", levels);
  };
  CHECK(frame(publish_of("[\"" + nested(depth) + "\"]")).problem == failure::none);
  CHECK(frame(publish_of("[\"" + nested(depth + 1) + "\"]")).problem == failure::event_not_json);
  CHECK(frame(publish_of("[\"" + repeated("[", 1'000'000) + "\"]")).problem ==
        failure::event_not_json);

  const auto around = [&nested](std::size_t levels) {
    return R"({"type":"connection_init","x":)" + nested(levels) + "}";
  };
  CHECK(frame(around(depth - 1)).problem == failure::none);
  CHECK(frame(around(depth)).problem == failure::malformed_json);
  CHECK(frame(R"({"type":"connection_init","x":)" + repeated("{\"a\":", 1'000'000)).problem ==
        failure::malformed_json);
}

// -- HTTP -----------------------------------------------------------------------------------------

TEST_CASE("the body of a publish over HTTP is a channel and events") {
  const auto result = http(
      R"({"channel":"default/channel","events":["{\"event_1\":\"data_1\"}","\"Breaking news!\"","123"]})");
  CHECK(result.type == operation_type::publish);
  CHECK(result.problem == failure::none);
  CHECK(result.channel == "default/channel");
  CHECK(result.events == texts{R"({"event_1":"data_1"})", R"("Breaking news!")", "123"});
}

TEST_CASE("Swift's escaped slashes are slashes") {
  const auto result = http(R"({"channel":"\/default\/a","events":["\"a\\\/b\""]})");
  CHECK(result.channel == "/default/a");
  CHECK(result.events == texts{R"("a\/b")"});
}

TEST_CASE("over HTTP neither type nor id nor authorization come from the body") {
  const auto result =
      http(R"({"type":"subscribe","id":"1","authorization":7,"channel":"/a","events":["1"]})");
  CHECK(result.type == operation_type::publish);
  CHECK(result.problem == failure::none);
  CHECK(result.id.empty());
  CHECK_FALSE(
      http(R"({"channel":"/a","events":["1"],"authorization":{"host":"h"}})").authorization);
}

TEST_CASE("a body that cannot be published names the reason") {
  struct row {
    std::string body;
    failure problem;
  };
  const auto given = GENERATE(values<row>({
      {"", failure::malformed_json},
      {"hello", failure::malformed_json},
      {"[]", failure::malformed_json},
      {R"({"channel":"/a","events":["1"]}x)", failure::malformed_json},
      {"{}", failure::missing_field},
      {R"({"events":["1"]})", failure::missing_field},
      {R"({"channel":null,"events":["1"]})", failure::missing_field},
      {R"({"channel":"/a"})", failure::no_events},
      {R"({"channel":"/a","events":[]})", failure::no_events},
      {R"({"channel":"/a","events":"1"})", failure::missing_field},
      {R"({"channel":"/a","events":["1","1","1","1","1","1"]})", failure::too_many_events},
      {R"({"channel":"/a","events":[{"a":1}]})", failure::event_not_json},
  }));
  CAPTURE(given.body);
  const auto result = http(given.body);
  CHECK(result.type == operation_type::publish);
  CHECK(std::string{to_string(result.problem)} == to_string(given.problem));
  CHECK(result.events.empty());
}

// -- header-… sub-protocol ------------------------------------------------------------------------

TEST_CASE("the header sub-protocol is base64url of a JSON object") {
  // {"host":"localhost:8080","x-amz-date":"20261121T175940Z","x-api-key":"da2-testkey"}
  const auto result = decode_header_protocol(
      "eyJob3N0IjoibG9jYWxob3N0OjgwODAiLCJ4LWFtei1kYXRlIjoiMjAyNjExMjFUMTc1OTQwWiIsIngtYXBpLWtleSI6"
      "ImRhMi10ZXN0a2V5In0");
  REQUIRE(result);
  CHECK(result->host == "localhost:8080");
  CHECK(result->api_key == "da2-testkey");
  CHECK_FALSE(result->authorization);
}

TEST_CASE("padding, plain base64 and names in other case are accepted") {
  struct row {
    std::string text;
    std::string host;
  };
  const auto given = GENERATE(values<row>({
      {"eyJob3N0IjoiYSJ9", "a"},    // {"host":"a"}
      {"eyJob3N0IjoiYWIifQ", "ab"}, // {"host":"ab"}
      {"eyJob3N0IjoiYWIifQ==", "ab"},
      {"eyJob3N0IjoiYWIifQ=", "ab"},
      {"eyJob3N0IjoiYWJjIn0", "abc"}, // {"host":"abc"}
      {"eyJob3N0IjoiYWJjIn0=", "abc"},
      {"eyJIb1NUIjoiYSJ9", "a"},               // {"HoST":"a"}
      {"eyJob3N0Ijoifn5-Pz8_In0", "~~~???"},   // {"host":"~~~???"}
      {"eyJob3N0Ijoifn5+Pz8/In0=", "~~~???"},  // the same in plain base64
      {"eyJob3N0IjoiYiIsIkhPU1QiOiJhIn0", "a"} // {"host":"b","HOST":"a"}
  }));
  CAPTURE(given.text);
  const auto result = decode_header_protocol(given.text);
  REQUIRE(result);
  CHECK(result->host == given.host);
}

TEST_CASE("credentials of the wrong type or with control characters are as if absent") {
  // {"host":7,"x-api-key":"a\nb","authorization":"t"}
  const auto result =
      decode_header_protocol("eyJob3N0Ijo3LCJ4LWFwaS1rZXkiOiJhXG5iIiwiYXV0aG9yaXphdGlvbiI6InQifQ");
  REQUIRE(result);
  CHECK_FALSE(result->host);
  CHECK_FALSE(result->api_key);
  CHECK(result->authorization == "t");
  CHECK(decode_header_protocol("e30")); // {}
}

TEST_CASE("what is not base64url of a JSON object is no header sub-protocol") {
  const auto text = GENERATE(values<std::string>({
      "",
      "=",
      "====",
      "e",
      "e30===",
      "e===",
      "e30 ",
      " e30",
      "e3\n0",
      "e3=0",
      "e30.",
      "e3\xC3\xA9",
      "W10",          // []
      "bnVsbA",       // null
      "ew",           // {
      "e30x",         // {}1
      "eyJhIjoxLH0",  // {"a":1,}
      "eyJhIjoi_yJ9", // {"a":"<0xFF>"}
      "aGVsbG8",      // hello
      std::string(2 * 1024 * 1024, 'A'),
  }));
  CAPTURE(text.substr(0, 100));
  CHECK_FALSE(decode_header_protocol(text));
}
