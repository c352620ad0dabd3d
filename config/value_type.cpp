#include "config/value_type.hpp"

#include "config/descriptor.hpp"
#include "config/quantity.hpp"

#include <limits>

namespace actormesh::config {

namespace {

bool in_range(const option& which, std::uint64_t value) {
  return value >= which.min && value <= which.max;
}

std::optional<std::uint64_t> read_number(const option& which, written_scalar scalar) {
  const auto number = which.measure == unit::bytes ? parse_size(scalar.text)
                      : scalar.plain               ? parse_number(scalar.text)
                                                   : std::nullopt;
  return number && in_range(which, *number) ? number : std::nullopt;
}

} // namespace

bool read_value(const option&, written_scalar scalar, bool& value) {
  if (!scalar.plain || (scalar.text != "true" && scalar.text != "false"))
    return false;
  value = scalar.text == "true";
  return true;
}

bool read_value(const option& which, written_scalar scalar, std::uint16_t& value) {
  const auto number = read_number(which, scalar);
  if (!number || *number > std::numeric_limits<std::uint16_t>::max())
    return false;
  value = static_cast<std::uint16_t>(*number);
  return true;
}

bool read_value(const option& which, written_scalar scalar, std::size_t& value) {
  const auto number = read_number(which, scalar);
  if (number)
    value = *number;
  return number.has_value();
}

bool read_value(const option& which, written_scalar scalar, std::chrono::milliseconds& value) {
  const auto duration = parse_duration(scalar.text);
  if (!duration || !in_range(which, static_cast<std::uint64_t>(duration->count())))
    return false;
  value = *duration;
  return true;
}

bool read_value(const option& which, written_scalar scalar, std::string& value) {
  auto text = which.rule->normalise(scalar.text);
  if (!text)
    return false;
  value = *std::move(text);
  return true;
}

std::optional<std::uint8_t> find_choice(const option& which, std::string_view name) {
  const auto& type = *which.member.type;
  for (std::uint8_t number = 0; type.choice(number) != "?"; ++number)
    if (type.choice(number) == name)
      return number;
  return std::nullopt;
}

std::string write_value(const option&, bool value) { return value ? "true" : "false"; }

std::string write_value(const option& which, std::uint64_t value) {
  return which.measure == unit::bytes ? format_size(value) : std::to_string(value);
}

std::string write_value(const option&, std::chrono::milliseconds value) {
  return format_duration(value);
}

std::string write_value(const option&, const std::string& value) { return value; }

} // namespace actormesh::config
