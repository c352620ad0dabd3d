#include "config/schema.hpp"

#include "config/descriptor.hpp"
#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>

using namespace actormesh::config;

namespace {

/// Calls a function with every struct that can be in a tree, each with its defaults.
template <class Function>
void for_each_descriptor(struct_ref in, const std::string& path, const Function& function) {
  function(in, path);
  for (const auto& each : in.of.branches) {
    if (is_list(each))
      each.member.list->append(each.member.find(in.value));
    for_each_descriptor(is_list(each) ? item(each, in, 0) : enter(each, in),
                        path + std::string{each.key} + ".", function);
  }
}

void check_every_option(struct_ref in, const std::string& prefix) {
  for (const auto& each : in.of.options) {
    CAPTURE(prefix, each.key);
    CHECK_FALSE(each.documentation.empty());
    CHECK(each.documentation.back() == '.');
    CHECK_FALSE(expected(each).empty());
    // What a default reads as must be accepted, or nobody could write it into a file.
    const auto written = format(each, in.value);
    if (!is_list(each) && each.needed == presence::optional && each.key != "keys_file") {
      const bool in_quotes = written.starts_with('"');
      const auto text = in_quotes ? written.substr(1, written.size() - 2) : written;
      // What is written so is what it was already.
      CHECK(assign(each, in.value, {text, !in_quotes}));
      CHECK(format(each, in.value) == written);
    }
  }
}

/// What tells items of a list apart is an option that each has, and a text.
void check_branch(const branch& which) {
  CAPTURE(which.key);
  CHECK(which.documentation.ends_with('.'));
  CHECK(is_list(which) == !which.rules.item.empty());
  if (which.rules.identity.empty())
    return;
  const auto* const identity = find_option(which.member.of(), which.rules.identity);
  REQUIRE(identity != nullptr);
  CHECK(identity->needed == presence::required);
  CHECK(identity->member.type->kind == value_kind::text);
}

const option_description& option_at(const std::string& path) {
  const auto& list = all_options();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.path == path; });
  REQUIRE(found != list.end());
  return *found;
}

} // namespace

TEST_CASE("every option is documented and accepts its own default") {
  settings defaults;
  for_each_descriptor(described(defaults), "", check_every_option);
}

TEST_CASE("every option belongs to a documented section, and no path comes twice") {
  settings defaults;
  std::size_t count = 0;
  for_each_descriptor(described(defaults), "", [&](struct_ref in, const std::string&) {
    count += in.of.options.size();
    for (const auto& each : in.of.branches)
      check_branch(each);
  });
  CHECK(count == 122);
  CHECK(all_options().size() == count);
  std::set<std::string> paths;
  for (const auto& each : all_options())
    CHECK(paths.insert(each.path).second);
  CHECK(paths.size() == count);
}

TEST_CASE("a text that is accepted matches its rule's regular expression") {
  const std::vector<std::string> samples{"",
                                         "a",
                                         "node-1",
                                         "a.b_c-d",
                                         "-a",
                                         "a-",
                                         "A b",
                                         "/v/dev",
                                         "/v",
                                         "/",
                                         "//",
                                         "/v/dev/",
                                         "us-east-1",
                                         "000000000000",
                                         "00000000000a",
                                         "AKIAIOSFODNN7EXAMPLE",
                                         std::string(64, 'x'),
                                         std::string(65, 'x'),
                                         std::string(128, 'x'),
                                         "1.2",
                                         "1.3",
                                         "1x2",
                                         "http://a",
                                         "https://a/b?c",
                                         "ftp://a",
                                         "appsync:*",
                                         "appsync:EventPublish",
                                         "appsync:Event",
                                         "*",
                                         "arn:aws:x",
                                         "arm:",
                                         "/user/{sub}/*",
                                         "user",
                                         "\x01"};
  settings defaults;
  std::set<const text_rule*> rules;
  for_each_descriptor(described(defaults), "", [&](struct_ref in, const std::string&) {
    for (const auto& each : in.of.options)
      if (each.rule != nullptr && !each.rule->pattern.empty())
        rules.insert(each.rule);
  });
  CHECK(rules.size() == 14);
  for (const auto* const rule : rules) {
    const std::regex pattern{std::string{rule->pattern}, std::regex::ECMAScript};
    CAPTURE(rule->expected, rule->pattern);
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (const auto& sample : samples) {
      CAPTURE(sample);
      const bool matches = std::regex_search(sample, pattern);
      if (rule->normalise(sample)) {
        ++accepted;
        CHECK(matches);
      } else if (!matches) {
        ++refused;
      }
    }
    CHECK(accepted > 0);
    CHECK(refused > 0);
  }
}

TEST_CASE("no two options share an environment variable") {
  std::map<std::string, std::string> seen;
  for (const auto& each : all_options()) {
    if (each.scalar) {
      CAPTURE(each.path, environment_name(each.path));
      CHECK(seen.emplace(environment_name(each.path), each.path).second);
    }
  }
  CHECK(seen.at("ACTORMESH_LOG_LEVEL") == "log.level");
  CHECK(seen.at("ACTORMESH_NODE_LOOPS") == "node.loops");
  CHECK(seen.at("ACTORMESH_HTTP_BODY_BYTES") == "http.body_bytes");
}

TEST_CASE("defaults are those of the members, as they would be written") {
  CHECK(option_at("listeners[].address").default_value == "127.0.0.1");
  CHECK(option_at("listeners[].port").default_value == "8080");
  CHECK(option_at("http.header_bytes").default_value == "16KiB");
  CHECK(option_at("websocket.keep_alive_interval").default_value == "1m");
  CHECK(option_at("websocket.connection_lifetime").default_value == "24h");
  CHECK(option_at("websocket.compression").default_value == "false");
  CHECK(option_at("apis[].auth.connect").default_value == "[API_KEY]");
  CHECK(option_at("apis[].limits.event_bytes").default_value == "240KiB");
  CHECK(option_at("apis[].namespaces[].slow_consumer").default_value == "disconnect");
  CHECK(option_at("apis[].namespaces[].auth.publish").default_value == "[]");
  CHECK(option_at("node.name").default_value == "\"\"");
  CHECK(option_at("apis[].id").required);
}

TEST_CASE("a mistyped name is close to what was meant") {
  const std::vector<std::string> known{"header_bytes", "body_bytes", "idle_timeout"};
  CHECK(nearest("body_byte", known) == "body_bytes");
  CHECK(nearest("bodybytes", known) == "body_bytes");
  CHECK(nearest("body-bytes", known) == "body_bytes");
  CHECK(nearest("obdy_bytes", known) == "body_bytes");
  CHECK(nearest("colour", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest(std::string(10'000, 'x'), known).empty());
}

TEST_CASE("what a user wrote is quoted short and without control characters") {
  CHECK(quote("abc") == "\"abc\"");
  CHECK(quote("a\nb\x1b[31m") == "\"a?b?[31m\"");
  CHECK(quote(std::string(100, 'x')) == "\"" + std::string(60, 'x') + "...\"");
}
