/// The event that the generator publishes: a JSON object of an exact size that says when it left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::bench::wire {

/// Smallest size an event can have: the moment and an empty filling.
inline constexpr std::size_t smallest_event = 34;

/// Digits of a moment on the wire. The first is always a 1, so that none is a leading zero.
inline constexpr std::size_t stamp_digits = 19;

/// Returns `{"t":1<18 digits>,"pad":"xx..."}` of `size` bytes. The moment is in nanoseconds.
[[nodiscard]] std::string make_event(std::size_t size, std::uint64_t moment);

/// Returns `text` with `"` and `\` escaped, to stand inside a JSON string.
[[nodiscard]] std::string escape(std::string_view text);

/// Returns where the digits of a moment start in `text`.
[[nodiscard]] std::optional<std::size_t> find_stamp(std::string_view text) noexcept;

/// Writes the 19 digits of `moment` to `out`.
void write_stamp(char* out, std::uint64_t moment) noexcept;

/// Returns the moment whose 19 digits start at `digits`.
[[nodiscard]] std::uint64_t read_stamp(const char* digits) noexcept;

} // namespace actormesh::bench::wire
