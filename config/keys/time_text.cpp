#include "config/keys/time_text.hpp"

#include "text/ascii.hpp"

#include <array>
#include <cstdio>

namespace actormesh::config {

using std::chrono::sys_seconds;

std::string format_time(sys_seconds value) {
  const auto days = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss time{value - days};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ldZ",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), time.hours().count(),
                                 time.minutes().count(), static_cast<long>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<sys_seconds> parse_time(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00Z";
  const auto fits = [&](std::size_t i) {
    return shape[i] == '0' ? text::is_digit(text[i]) : text[i] == shape[i];
  };
  if (text.size() != shape.size())
    return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!fits(i))
      return std::nullopt;
  }
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(from, size))
      value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return sys_seconds{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + std::chrono::seconds{second};
}

} // namespace actormesh::config
