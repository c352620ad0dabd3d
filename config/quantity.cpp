#include "config/quantity.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace actormesh::config {

namespace {

struct named_factor {
  std::string_view name;
  std::uint64_t factor;
};

/// From large to small, in milliseconds.
constexpr std::array<named_factor, 5> duration_units{{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

constexpr std::array<named_factor, 7> size_units{{
    {"GiB", 1024ULL * 1024 * 1024},
    {"MiB", 1024ULL * 1024},
    {"KiB", 1024},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"KB", 1'000},
    {"B", 1},
}};

constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();

/// Cuts the digits off the front of a text.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), text::is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

std::optional<std::uint64_t> times(std::uint64_t number, std::uint64_t factor) {
  if (number > most / factor)
    return std::nullopt;
  return number * factor;
}

} // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const auto number = text::parse_number<std::uint64_t>(text);
  return number && *number <= most ? number : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0")
    return std::chrono::milliseconds{0};
  std::uint64_t total = 0;
  auto unit = duration_units.begin();
  do {
    const auto number = parse_number(take_digits(text));
    const auto name_end = std::find_if(text.begin(), text.end(), text::is_digit);
    const auto name = text.substr(0, static_cast<std::size_t>(name_end - text.begin()));
    unit = std::find_if(unit, duration_units.end(),
                        [&](const named_factor& each) { return each.name == name; });
    if (!number || unit == duration_units.end())
      return std::nullopt;
    const auto part = times(*number, unit->factor);
    if (!part || *part > most - total)
      return std::nullopt;
    total += *part;
    text.remove_prefix(name.size());
    ++unit;
  } while (!text.empty());
  return std::chrono::milliseconds{static_cast<std::int64_t>(total)};
}

std::string format_duration(std::chrono::milliseconds value) {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  if (count == 0)
    return "0s";
  // Days only from two on: `24h` is what people call a day's limit.
  const auto fits = [count](const named_factor& each) {
    return count % each.factor == 0 && (each.name != "d" || count > each.factor);
  };
  const auto unit = std::find_if(duration_units.begin(), duration_units.end(), fits);
  return std::to_string(count / unit->factor) + std::string{unit->name};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto whole = parse_number(take_digits(text));
  if (!whole)
    return std::nullopt;
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty() || fraction.size() > 9 || text.empty())
      return std::nullopt;
  }
  const auto unit =
      std::find_if(size_units.begin(), size_units.end(), [&](const named_factor& each) {
        return each.name == (text.empty() ? std::string_view{"B"} : text);
      });
  if (unit == size_units.end())
    return std::nullopt;
  const auto bytes = times(*whole, unit->factor);
  if (!bytes || fraction.empty())
    return bytes;
  std::uint64_t scale = 1;
  for (std::size_t digit = 0; digit < fraction.size(); ++digit)
    scale *= 10;
  const auto part = *parse_number(fraction) * unit->factor;
  if (part % scale != 0 || *bytes > most - part / scale)
    return std::nullopt;
  return *bytes + part / scale;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& unit : size_units) {
    if (unit.name.size() == 3 && bytes != 0 && bytes % unit.factor == 0)
      return std::to_string(bytes / unit.factor) + std::string{unit.name};
  }
  return std::to_string(bytes);
}

} // namespace actormesh::config
