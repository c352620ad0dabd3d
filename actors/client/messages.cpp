#include "actors/client/include/actormesh/client_messages.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace actormesh::client {

namespace {

constexpr std::array<std::string_view, 17> outcomes{"ok",
                                                    "unauthorized",
                                                    "invalid_channel",
                                                    "no_events",
                                                    "too_many_events",
                                                    "event_not_json",
                                                    "event_too_large",
                                                    "too_many_subscriptions",
                                                    "duplicate_subscription",
                                                    "unknown_subscription",
                                                    "rate_limited",
                                                    "unavailable",
                                                    "internal",
                                                    "disconnected",
                                                    "overloaded",
                                                    "unknown",
                                                    "left"};
static_assert(outcomes.size() == static_cast<std::size_t>(outcome::left) + 1);

constexpr std::array<std::string_view, 5> states{"connecting", "connected", "reconnecting",
                                                 "refused", "left"};
static_assert(states.size() == static_cast<std::size_t>(connection_state::left) + 1);

template <class Names, class Enum>
bool find_name(const Names& names, caf::string_view text, Enum& what) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != std::string_view{text.data(), text.size()})
      continue;
    what = static_cast<Enum>(i);
    return true;
  }
  return false;
}

template <class Names, class Enum>
bool take_number(const Names& names, std::uint8_t number, Enum& what) {
  if (number >= names.size())
    return false;
  what = static_cast<Enum>(number);
  return true;
}

} // namespace

std::string to_string(outcome what) {
  return std::string{outcomes.at(static_cast<std::size_t>(what))};
}

bool from_string(caf::string_view text, outcome& what) { return find_name(outcomes, text, what); }

bool from_integer(std::uint8_t number, outcome& what) {
  return take_number(outcomes, number, what);
}

std::string to_string(connection_state what) {
  return std::string{states.at(static_cast<std::size_t>(what))};
}

bool from_string(caf::string_view text, connection_state& what) {
  return find_name(states, text, what);
}

bool from_integer(std::uint8_t number, connection_state& what) {
  return take_number(states, number, what);
}

bool publish_result::all_ok() const noexcept {
  for (const auto& each : events)
    if (each.what != outcome::ok)
      return false;
  return what == outcome::ok;
}

} // namespace actormesh::client
