/// What the descriptors of structs are written with: rules for texts, and units.
#pragma once

#include "config/schema.hpp"
#include "text/ascii.hpp"

#include <cstdint>

namespace actormesh::config::tables {

inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;
inline constexpr std::uint64_t second = 1000;
inline constexpr std::uint64_t minute = 60 * second;
inline constexpr std::uint64_t hour = 60 * minute;
inline constexpr std::uint64_t day = 24 * hour;
inline constexpr std::uint64_t many = 1'000'000'000;

using text::is_alphanumeric;

/// Whether there are only letters, digits and characters of `also` in a text.
[[nodiscard]] bool all_of(std::string_view text, std::string_view also);

/// Whether there are no control characters in a text.
[[nodiscard]] bool is_printable(std::string_view text);

/// Whether an address, in the form of `address_text_rule`, is reached from the machine only.
[[nodiscard]] bool is_loopback(std::string_view address);

// Each says what it expects.
extern const text_rule name_rule;
extern const text_rule node_name_rule;
extern const text_rule address_text_rule;
extern const text_rule api_id_rule;
extern const text_rule prefix_rule;
extern const text_rule host_rule;
extern const text_rule peer_rule;
extern const text_rule advertise_rule;
extern const text_rule file_rule;
extern const text_rule optional_file_rule;
extern const text_rule namespace_rule;
extern const text_rule optional_text_rule;
extern const text_rule required_text_rule;
extern const text_rule network_rule;
extern const text_rule url_rule;
extern const text_rule optional_url_rule;
extern const text_rule origin_rule;
extern const text_rule access_key_rule;
extern const text_rule action_rule;
extern const text_rule resource_rule;
extern const text_rule region_rule;
extern const text_rule account_rule;
extern const text_rule channel_form_rule;
extern const text_rule tls_version_rule;

} // namespace actormesh::config::tables
