#include "config/combinations.hpp"

#include "config/settings.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh::config;

namespace {

settings open_api(const std::string& address) {
  settings values;
  values.listeners = {{address, 8080}};
  auto& api = values.apis.emplace_back();
  api.id = "a";
  api.auth = {{auth_mode::none}, {auth_mode::none}, {auth_mode::none}};
  api.namespaces.emplace_back().name = "n";
  return values;
}

} // namespace

TEST_CASE("an API without credentials is worth a warning beyond loopback") {
  for (const auto* const address : {"127.0.0.1", "127.8.9.1", "::1"}) {
    CAPTURE(address);
    CHECK(check_combinations(open_api(address)).empty());
  }
  for (const auto* const address : {"0.0.0.0", "::", "192.0.2.1"}) {
    CAPTURE(address);
    const auto found = check_combinations(open_api(address));
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == severity::warning);
    CHECK(found[0].paths == std::vector<std::string>{"apis[0].auth.connect"});
  }
}

TEST_CASE("several listeners may take any free port") {
  auto values = open_api("127.0.0.1");
  values.listeners = {{"127.0.0.1", 0}, {"127.0.0.1", 0}, {"::1", 80}, {"127.0.0.1", 80}};
  CHECK(check_combinations(values).empty());
}

TEST_CASE("a listener that is there three times is reported twice") {
  auto values = open_api("127.0.0.1");
  values.listeners = {{"127.0.0.1", 80}, {"127.0.0.1", 80}, {"127.0.0.1", 80}};
  const auto found = check_combinations(values);
  REQUIRE(found.size() == 2);
  CHECK(found[1].message == "listeners[2]: listens on the same address and port as listeners[0]");
}
