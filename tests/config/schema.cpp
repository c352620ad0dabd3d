#include "config/schema.hpp"

#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace actormesh::config;

namespace {

template <class Owner> void check_every_option(const std::string& prefix) {
  for (const auto& each : options<Owner>()) {
    CAPTURE(prefix, each.name);
    CHECK_FALSE(each.documentation.empty());
    CHECK(each.documentation.back() == '.');
    CHECK_FALSE(expected(each).empty());
    // What a default reads as must be accepted, or nobody could write it into a file.
    Owner owner{};
    const auto written = format(each, owner);
    if (!is_list(each) && each.needed == presence::optional && each.name != "keys_file") {
      const bool in_quotes = written.starts_with('"');
      const auto text = in_quotes ? written.substr(1, written.size() - 2) : written;
      CHECK(assign(each, owner, {text, !in_quotes}));
      CHECK(owner == Owner{});
    }
  }
}

const option_description& described(const std::string& path) {
  const auto& list = all_options();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.path == path; });
  REQUIRE(found != list.end());
  return *found;
}

} // namespace

TEST_CASE("every option is documented and accepts its own default") {
  check_every_option<settings>("");
  check_every_option<listener_settings>("listeners[].");
  check_every_option<api_settings>("apis[].");
  check_every_option<namespace_settings>("apis[].namespaces[].");
  check_every_option<access_key_settings>("apis[].access_keys[].");
  check_every_option<statement_settings>("apis[].access_keys[].policy[].");
  check_every_option<issuer_settings>("apis[].issuers[].");
}

TEST_CASE("every option belongs to a documented section, and no path comes twice") {
  const auto count = options<settings>().size() + options<listener_settings>().size() +
                     options<api_settings>().size() + options<namespace_settings>().size() +
                     options<access_key_settings>().size() + options<statement_settings>().size() +
                     options<issuer_settings>().size();
  CHECK(all_options().size() == count);
  std::set<std::string> paths;
  for (const auto& each : all_options())
    CHECK(paths.insert(each.path).second);
  CHECK(paths.size() == count);
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

TEST_CASE("defaults are those of defaults.hpp, as they would be written") {
  CHECK(described("listeners[].address").default_value == "127.0.0.1");
  CHECK(described("listeners[].port").default_value == "8080");
  CHECK(described("http.header_bytes").default_value == "16KiB");
  CHECK(described("websocket.keep_alive_interval").default_value == "1m");
  CHECK(described("websocket.connection_lifetime").default_value == "24h");
  CHECK(described("websocket.compression").default_value == "false");
  CHECK(described("apis[].auth.connect").default_value == "[API_KEY]");
  CHECK(described("apis[].limits.event_bytes").default_value == "240KiB");
  CHECK(described("apis[].namespaces[].slow_consumer").default_value == "disconnect");
  CHECK(described("apis[].namespaces[].auth.publish").default_value == "[]");
  CHECK(described("node.name").default_value == "\"\"");
  CHECK(described("apis[].id").required);
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
