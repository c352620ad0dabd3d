#include "net/http/date.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace actormesh::http {

std::string_view date_now() {
  thread_local std::time_t formatted = -1;
  thread_local std::array<char, 40> text;
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != formatted) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    // Written out by hand: strftime would follow the locale.
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto n = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 months[static_cast<std::size_t>(parts.tm_mon)],
                                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    size = static_cast<std::size_t>(n);
    formatted = now;
  }
  return {text.data(), size};
}

} // namespace actormesh::http
