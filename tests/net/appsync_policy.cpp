#include "auth/policy.hpp"
#include "net/appsync/vocabulary.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace actormesh::appsync;
using namespace actormesh::auth;
using namespace std::string_literals;

namespace {

constexpr std::string_view api = "a1";

using list = std::vector<std::string>;

policy policy_of(const std::vector<statement_text>& statements, const arn_scope& scope = {}) {
  auto parsed = policy::parse(statements, event_api_words, scope);
  for (const auto& problem : parsed.problems)
    FAIL(problem.message);
  return parsed.value;
}

/// `arn:aws:appsync:us-east-1:000000000000:apis/a1` and what comes after it.
std::string arn(std::string_view rest) {
  return "arn:aws:appsync:us-east-1:000000000000:apis/a1" + std::string{rest};
}

/// A policy that allows everything on some resources.
policy allowing(list resources) { return policy_of({{"allow", {"*"}, std::move(resources)}}); }

/// A policy that allows everything but what is on some resources.
policy denying(list resources) {
  return policy_of({{"allow", {"*"}, {"*"}}, {"deny", {"*"}, std::move(resources)}});
}

bool may_publish(const policy& by, std::string_view channel) {
  return by.check({publish_action, api, channel}) == decision::allowed;
}

bool may_subscribe(const policy& by, std::string_view channel) {
  return by.check({subscribe_action, api, channel}) == decision::allowed;
}

bool may_connect(const policy& by) { return by.check({connect_action, api}) == decision::allowed; }

list problems_of(const std::vector<statement_text>& statements) {
  list messages;
  for (const auto& problem : policy::parse(statements, event_api_words, {}).problems)
    messages.push_back(std::to_string(problem.statement) + ": " + problem.message);
  return messages;
}

} // namespace

// -- decisions ------------------------------------------------------------------------------------

TEST_CASE("without statements everything is denied") {
  const policy nothing;
  CHECK(nothing.check({connect_action, api}) == decision::implicitly_denied);
  CHECK(nothing.check({publish_action, api, "/chat"}) == decision::implicitly_denied);
  CHECK(nothing.check({subscribe_action, api, "/chat/*"}) == decision::implicitly_denied);
}

TEST_CASE("a star is everything") {
  const auto all = allowing({"*"});
  CHECK(may_connect(all));
  CHECK(may_publish(all, "/chat"));
  CHECK(may_subscribe(all, "/chat/*"));
}

TEST_CASE("statements are about their actions") {
  struct row {
    std::string name;
    bool connect;
    bool publish;
    bool subscribe;
  };
  const row rows[] = {
      {"appsync:EventConnect", true, false, false},
      {"appsync:EventPublish", false, true, false},
      {"appsync:EventSubscribe", false, false, true},
      {"appsync:eventsubscribe", false, false, true},
      {"appsync:*", true, true, true},
      {"appsync:Event*", true, true, true},
      {"appsync:Event?ublish", false, true, false},
      {"*", true, true, true},
      {"*:*", true, true, true},
  };
  for (const auto& [name, connect, publish, subscribe] : rows) {
    CAPTURE(name);
    const auto by = policy_of({{"Allow", {name}, {"*"}}});
    CHECK(may_connect(by) == connect);
    CHECK(may_publish(by, "/chat") == publish);
    CHECK(may_subscribe(by, "/chat") == subscribe);
  }
  const auto two = policy_of({{"ALLOW", {"appsync:EventConnect", "appsync:EventPublish"}, {"*"}}});
  CHECK(may_connect(two));
  CHECK(may_publish(two, "/chat"));
  CHECK_FALSE(may_subscribe(two, "/chat"));
}

TEST_CASE("an API is for connecting, and with a star for all that is in it") {
  const auto alone = allowing({arn("")});
  CHECK(may_connect(alone));
  CHECK_FALSE(may_publish(alone, "/chat"));
  const auto whole = allowing({arn("/*")});
  CHECK(may_connect(whole));
  CHECK(may_publish(whole, "/chat/room"));
  CHECK(may_subscribe(whole, "/chat/*"));
  const auto namespaces = allowing({arn("/channelNamespace/*")});
  CHECK_FALSE(may_connect(namespaces));
  CHECK(may_publish(namespaces, "/chat"));
}

TEST_CASE("statements are about their API") {
  const auto other = allowing({"arn:aws:appsync:us-east-1:000000000000:apis/a2/*",
                               "arn:aws:appsync:us-east-1:000000000000:apis/a2"});
  CHECK_FALSE(may_connect(other));
  CHECK_FALSE(may_publish(other, "/chat"));
  CHECK(other.check({connect_action, "a2"}) == decision::allowed);
  const auto any = allowing({"arn:aws:appsync:us-east-1:000000000000:apis/*"});
  CHECK(may_connect(any));
  CHECK(may_publish(any, "/chat/room"));
  const auto like = allowing({"arn:aws:appsync:us-east-1:000000000000:apis/?1/*"});
  CHECK(may_publish(like, "/chat"));
  CHECK_FALSE(like.check({publish_action, "aa1", "/chat"}) == decision::allowed);
}

TEST_CASE("a namespace is all of its channels, and no other namespace") {
  const auto chat = allowing({arn("/channelNamespace/chat")});
  CHECK_FALSE(may_connect(chat));
  for (const auto* const channel : {"/chat", "/chat/room", "/chat/room/1"}) {
    CHECK(may_publish(chat, channel));
    CHECK(may_subscribe(chat, channel));
  }
  for (const auto* const channel : {"/chat/*", "/chat/room/*"})
    CHECK(may_subscribe(chat, channel));
  for (const auto* const channel : {"/chats", "/cha", "/chats/room", "/Chat", "/news/chat"}) {
    CHECK_FALSE(may_publish(chat, channel));
    CHECK_FALSE(may_subscribe(chat, channel));
  }
  CHECK_FALSE(may_subscribe(chat, "/chats/*"));
}

TEST_CASE("namespaces may have wildcards in their names") {
  const auto by = allowing({arn("/channelNamespace/chat-*")});
  CHECK(may_publish(by, "/chat-a/room"));
  CHECK(may_subscribe(by, "/chat-a/*"));
  CHECK_FALSE(may_publish(by, "/chat/room"));
  CHECK_FALSE(may_publish(by, "/chat"));
}

TEST_CASE("a channel's path is that channel alone") {
  const auto room = allowing({arn("/channelNamespace/chat/room")});
  CHECK(may_publish(room, "/chat/room"));
  CHECK(may_subscribe(room, "/chat/room"));
  for (const auto* const channel : {"/chat", "/chat/rooms", "/chat/room/1"})
    CHECK_FALSE(may_publish(room, channel));
  for (const auto* const channel : {"/chat/*", "/chat/room/*"})
    CHECK_FALSE(may_subscribe(room, channel));
}

TEST_CASE("a star at the end of a path is all below it") {
  const auto rooms = allowing({arn("/channelNamespace/chat/room/*")});
  for (const auto* const channel : {"/chat/room/1", "/chat/room/1/2"})
    CHECK(may_publish(rooms, channel));
  for (const auto* const channel : {"/chat", "/chat/room", "/chat/rooms", "/chat/rooms/1"})
    CHECK_FALSE(may_publish(rooms, channel));
  CHECK(may_subscribe(rooms, "/chat/room/*"));
  CHECK(may_subscribe(rooms, "/chat/room/1/*"));
  CHECK_FALSE(may_subscribe(rooms, "/chat/*"));
  CHECK_FALSE(may_subscribe(rooms, "/chat/rooms/*"));
}

TEST_CASE("a pattern is allowed only if all is that it can match") {
  CHECK_FALSE(may_subscribe(allowing({arn("/channelNamespace/chat/a*")}), "/chat/*"));
  CHECK_FALSE(may_subscribe(allowing({arn("/channelNamespace/chat/*/end")}), "/chat/*"));
  CHECK_FALSE(may_subscribe(allowing({arn("/channelNamespace/chat/??*")}), "/chat/*"));
  CHECK(may_subscribe(allowing({arn("/channelNamespace/chat/?*")}), "/chat/*"));
  CHECK(may_subscribe(allowing({arn("/channelNamespace/ch*t/*")}), "/chat/*"));
  // Together they allow every channel of which there can be one, but no statement does alone.
  CHECK_FALSE(may_subscribe(
      allowing({arn("/channelNamespace/chat/?"), arn("/channelNamespace/chat/??*")}), "/chat/*"));
}

TEST_CASE("denying wins, in whatever order") {
  const statement_text allow{"allow", {"*"}, {"*"}};
  const statement_text deny{
      "deny", {"appsync:EventPublish"}, {arn("/channelNamespace/chat/secret/*")}};
  for (const auto& by : {policy_of({allow, deny}), policy_of({deny, allow})}) {
    CHECK(by.check({publish_action, api, "/chat/secret/1"}) == decision::explicitly_denied);
    CHECK(by.check({publish_action, api, "/chat/open"}) == decision::allowed);
    CHECK(by.check({subscribe_action, api, "/chat/secret/1"}) == decision::allowed);
  }
}

TEST_CASE("a pattern is denied if anything is that it can match") {
  const auto deny_one = denying({arn("/channelNamespace/chat/secret/1")});
  for (const auto* const pattern : {"/chat/*", "/chat/secret/*"}) {
    CHECK(deny_one.check({subscribe_action, api, pattern}) == decision::explicitly_denied);
  }
  for (const auto* const pattern : {"/chat/open/*", "/chat/secret/1/*", "/news/*"})
    CHECK(may_subscribe(deny_one, pattern));
  const auto deny_some = denying({arn("/channelNamespace/chat/*/private")});
  CHECK_FALSE(may_subscribe(deny_some, "/chat/*"));
  CHECK_FALSE(may_subscribe(deny_some, "/chat/a/*"));
  CHECK(may_subscribe(deny_some, "/chat/a"));
  CHECK(may_subscribe(deny_some, "/news/*"));
}

TEST_CASE("a namespace that is denied is denied with all of its channels") {
  const auto by = denying({arn("/channelNamespace/chat")});
  for (const auto* const channel : {"/chat", "/chat/room", "/chat/*", "/chat/room/*"})
    CHECK_FALSE(may_subscribe(by, channel));
  CHECK(may_subscribe(by, "/chats/*"));
  CHECK(may_connect(by));
}

TEST_CASE("an API that is denied is denied as the resource says") {
  CHECK_FALSE(may_connect(denying({arn("")})));
  CHECK(may_publish(denying({arn("")}), "/chat"));
  CHECK_FALSE(may_connect(denying({arn("/*")})));
  CHECK_FALSE(may_publish(denying({arn("/*")}), "/chat"));
}

TEST_CASE("what is for other regions and accounts is not for us") {
  const statement_text of_frankfurt{
      "allow", {"*"}, {"arn:aws:appsync:eu-central-1:123456789012:apis/a1/*"}};
  CHECK_FALSE(may_publish(policy_of({of_frankfurt}), "/chat"));
  CHECK(may_publish(policy_of({of_frankfurt}, {"eu-central-1", "123456789012"}), "/chat"));
  CHECK_FALSE(may_publish(policy_of({of_frankfurt}, {"eu-central-1", "000000000000"}), "/chat"));
  CHECK(may_publish(policy_of({of_frankfurt}, {"", ""}), "/chat"));
  for (const auto* const text :
       {"arn:aws:appsync:*:*:apis/a1/*", "arn:*:*:*:*:apis/a1/*", "arn:aws:appsync:us-*:0*:apis/*",
        "arn:aws:appsync:us-east-?:000000000000:*"}) {
    CAPTURE(text);
    CHECK(may_publish(allowing({text}), "/chat"));
  }
}

TEST_CASE("a denial for another region denies nothing here") {
  CHECK(may_publish(denying({"arn:aws:appsync:eu-central-1:000000000000:apis/a1/*"}), "/chat"));
}

// -- messages -------------------------------------------------------------------------------------

TEST_CASE("what is asked for has an ARN") {
  CHECK(to_arn({}, {connect_action, api}) == "arn:aws:appsync:us-east-1:000000000000:apis/a1");
  CHECK(to_arn({"eu-central-1", "123456789012"}, {publish_action, api, "/chat/room"}) ==
        "arn:aws:appsync:eu-central-1:123456789012:apis/a1/channelNamespace/chat/room");
  CHECK(to_arn({}, {subscribe_action, api, "/chat/*"}) ==
        "arn:aws:appsync:us-east-1:000000000000:apis/a1/channelNamespace/chat/*");
}

TEST_CASE("a statement that cannot be right is complained about") {
  CHECK(problems_of({{"permit", {"*"}, {"*"}}}) == list{"0: \"permit\" is neither allow nor deny"});
  CHECK(problems_of({{"", {"*"}, {"*"}}}) == list{"0: \"\" is neither allow nor deny"});
  CHECK(problems_of({{"allow", {}, {"*"}}}) == list{"0: there are no actions"});
  CHECK(problems_of({{"allow", {"*"}, {}}}) == list{"0: there are no resources"});
  CHECK(problems_of({{"allow", {"*"}, {"*"}}, {"deny", {"EventPublish"}, {"x"}}}) ==
        list{"1: \"EventPublish\" is no action of an Event API",
             "1: \"x\" is neither * nor begins with arn:aws:appsync:"});
  for (const auto* const name : {"", "appsync:GraphQL", "appsync:EventPublish ", "s3:*", "?"}) {
    CAPTURE(name);
    CHECK(problems_of({{"allow", {name}, {"*"}}}).size() == 1);
  }
}

TEST_CASE("resources that can never match are complained about") {
  for (const auto& text : {
           ""s,
           "**x"s,
           "apis/a1"s,
           "arn:aws:s3:us-east-1:000000000000:apis/a1"s,
           "arn:aws-cn:appsync:us-east-1:000000000000:apis/a1"s,
           "arn:aws:appsync:us-east-1:000000000000"s,
           "arn:aws:appsync:us-east-1:000000000000:"s,
           "arn:aws:appsync:us-east-1:000000000000:api/a1"s,
           "arn:aws:appsync:us-east-1:000000000000:x*"s,
           "arn:aws:appsync:us-east-1:000000000000:apis"s,
           "arn:aws:appsync:us-east-1:000000000000:apis/"s,
           arn("/"),
           arn("//"),
           arn("/channelNamespace"),
           arn("/channelNamespace/"),
           arn("/channelNamespace/chat/"),
           arn("/channelNamespace//chat"),
           arn("/channelnamespace/chat"),
           arn("/channels/chat"),
           arn("/channels/*"),
           arn("/channelNamespace/ch at"),
           arn("/channelNamespace/${aws:username}"),
           arn("/channelNamespace/" + std::string(1024, 'a')),
       }) {
    CAPTURE(text);
    CHECK(problems_of({{"allow", {"*"}, {text}}}).size() == 1);
  }
}

TEST_CASE("a policy with problems is that of the other statements") {
  const auto parsed = policy::parse({{"allow", {"appsync:EventPublish"}, {"*"}},
                                     {"allow", {"appsync:EventConnect"}, {"*", "rubbish"}}},
                                    event_api_words, {});
  CHECK(parsed.problems.size() == 1);
  CHECK(may_publish(parsed.value, "/chat"));
  CHECK_FALSE(may_connect(parsed.value));
}
