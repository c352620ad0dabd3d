#include "actors/event.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

using namespace actormesh;

namespace {

constexpr wire_form text{};
constexpr wire_form deflated{};
constexpr wire_form third{};

} // namespace

SCENARIO("an event is encoded once for all who ask") {
  const auto what = caf::make_counted<event>("payload", event::time_point{});
  auto made = 0;
  const auto make = [&](std::string_view payload) {
    ++made;
    return "<" + std::string{payload} + ">";
  };
  CHECK(what->form(text, make) == "<payload>");
  CHECK(what->form(text, make) == "<payload>");
  CHECK(made == 1);
}

SCENARIO("each form of an event is another") {
  const auto what = caf::make_counted<event>("payload", event::time_point{});
  const auto make = [](std::string made) { return [=](std::string_view) { return made; }; };
  const auto& first = what->form(text, make("first"));
  const auto& second = what->form(deflated, make("second"));
  CHECK(what->form(third, make("third")) == "third");
  CHECK(&what->form(text, make("another")) == &first);
  CHECK(&what->form(deflated, make("another")) == &second);
  CHECK(first == "first");
  CHECK(second == "second");
}

SCENARIO("a form that does not outlive the event is none") {
  CHECK_FALSE(std::is_copy_constructible_v<wire_form>);
  const auto make = [](std::string_view) { return std::string{}; };
  CHECK_FALSE([]<class T>(const T& what, const auto& with) {
    return requires { what.form(wire_form{}, with); };
  }(*caf::make_counted<event>("", event::time_point{}), make));
}

SCENARIO("threads that ask for a form at once see the same one") {
  for (auto round = 0; round < 200; ++round) {
    const auto what = caf::make_counted<event>("payload", event::time_point{});
    const std::string* first = nullptr;
    std::thread other{[&] {
      first = &what->form(text, [](std::string_view payload) { return std::string{payload}; });
    }};
    const auto& second =
        what->form(text, [](std::string_view payload) { return std::string{payload}; });
    other.join();
    REQUIRE(first == &second);
  }
}

SCENARIO("threads that ask for different forms at once get each what it asked for") {
  for (auto round = 0; round < 200; ++round) {
    const auto what = caf::make_counted<event>("payload", event::time_point{});
    const auto ask = [&](const wire_form& which, const char* made) {
      return &what->form(which, [made](std::string_view) { return std::string{made}; });
    };
    const std::string* first = nullptr;
    std::thread other{[&] {
      first = ask(text, "text");
      ask(third, "third");
    }};
    const auto* const second = ask(deflated, "deflated");
    const auto* const both = ask(third, "third");
    other.join();
    REQUIRE(*first == "text");
    REQUIRE(*second == "deflated");
    REQUIRE(ask(text, "") == first);
    REQUIRE(ask(deflated, "") == second);
    REQUIRE(ask(third, "") == both);
  }
}
