#include "actors/event.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace actormesh;

SCENARIO("an event is encoded once for all who ask") {
  const auto what = caf::make_counted<event>("payload", event::time_point{});
  auto made = 0;
  const auto make = [&](std::string_view payload) {
    ++made;
    return "<" + std::string{payload} + ">";
  };
  CHECK(what->form(wire_form::appsync_text, make) == "<payload>");
  CHECK(what->form(wire_form::appsync_text, make) == "<payload>");
  CHECK(made == 1);
  CHECK(what->form(wire_form::appsync_deflated,
                   [](std::string_view) { return std::string{"other"}; }) == "other");
}

SCENARIO("threads that ask for a form at once see the same one") {
  for (auto round = 0; round < 200; ++round) {
    const auto what = caf::make_counted<event>("payload", event::time_point{});
    const std::string* first = nullptr;
    std::thread other{[&] {
      first = &what->form(wire_form::appsync_text,
                          [](std::string_view payload) { return std::string{payload}; });
    }};
    const auto& second = what->form(wire_form::appsync_text,
                                    [](std::string_view payload) { return std::string{payload}; });
    other.join();
    REQUIRE(first == &second);
  }
}
