#include "tests/mesh/ledger/stamp.hpp"

#include <boost/json.hpp>

namespace actormesh::ledger {

namespace json = boost::json;

std::string to_event(const stamp& what, std::size_t size) {
  json::object event{{"publisher", what.publisher},
                     {"connection", what.connection},
                     {"channel", what.channel},
                     {"number", what.number}};
  auto text = json::serialize(event);
  constexpr std::string_view member{R"(,"padding":"")"};
  if (text.size() + member.size() < size) {
    event["padding"] = std::string(size - text.size() - member.size(), 'x');
    text = json::serialize(event);
  }
  return text;
}

std::optional<stamp> parse_stamp(std::string_view event) {
  boost::system::error_code failed;
  const auto value = json::parse(json::string_view{event.data(), event.size()}, failed);
  const auto* const members = failed ? nullptr : value.if_object();
  if (members == nullptr)
    return {};
  const auto* const publisher = members->if_contains("publisher");
  const auto* const connection = members->if_contains("connection");
  const auto* const channel = members->if_contains("channel");
  const auto* const number = members->if_contains("number");
  if (publisher == nullptr || !publisher->is_string() || connection == nullptr ||
      !connection->is_int64() || channel == nullptr || !channel->is_string() || number == nullptr ||
      !number->is_int64())
    return {};
  return stamp{
      json::value_to<std::string>(*publisher), static_cast<std::uint32_t>(connection->as_int64()),
      json::value_to<std::string>(*channel), static_cast<std::uint64_t>(number->as_int64())};
}

} // namespace actormesh::ledger
