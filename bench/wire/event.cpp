#include "bench/wire/event.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <cstring>

namespace actormesh::bench::wire {
namespace {

constexpr std::string_view before_stamp = R"({"t":)";
constexpr std::string_view before_filling = R"(,"pad":")";
constexpr std::string_view behind_filling = R"("})";

static_assert(before_stamp.size() + stamp_digits + before_filling.size() + behind_filling.size() ==
              smallest_event);

/// Returns the number that eight digits make, all at once.
std::uint64_t eight_digits(const char* digits) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, digits, sizeof word);
  word -= 0x3030303030303030U;
  word = word * 10 + (word >> 8U);
  const std::uint64_t low = (word & 0x000000FF000000FFU) * 0x000F424000000064U;
  const std::uint64_t high = ((word >> 16U) & 0x000000FF000000FFU) * 0x0000271000000001U;
  return (low + high) >> 32U;
}

} // namespace

std::string make_event(std::size_t size, std::uint64_t moment) {
  std::string event{before_stamp};
  event.append(stamp_digits, '0');
  write_stamp(event.data() + before_stamp.size(), moment);
  event += before_filling;
  event.append(std::max(size, smallest_event) - smallest_event, 'x');
  event += behind_filling;
  return event;
}

std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 8);
  for (const char c : text) {
    if (c == '"' || c == '\\')
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::optional<std::size_t> find_stamp(std::string_view text) noexcept {
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    run = text::is_digit(text[at]) ? run + 1 : 0;
    const bool ends_here = at + 1 == text.size() || !text::is_digit(text[at + 1]);
    if (run == stamp_digits && ends_here)
      return at + 1 - stamp_digits;
  }
  return std::nullopt;
}

void write_stamp(char* out, std::uint64_t moment) noexcept {
  for (std::size_t at = stamp_digits - 1; at > 0; --at) {
    out[at] = static_cast<char>('0' + moment % 10);
    moment /= 10;
  }
  out[0] = '1';
}

std::uint64_t read_stamp(const char* digits) noexcept {
  const auto tail = static_cast<std::uint64_t>(digits[17] - '0') * 10 +
                    static_cast<std::uint64_t>(digits[18] - '0');
  return (eight_digits(digits + 1) * 100'000'000 + eight_digits(digits + 9)) * 100 + tail;
}

} // namespace actormesh::bench::wire
