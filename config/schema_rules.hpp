/// What the tables of options are written with: members, rules for texts, and units.
#pragma once

#include "config/schema.hpp"
#include "text/ascii.hpp"

#include <cstdint>

namespace actormesh::config::tables {

template <class Member> struct owner_of_member;
template <class Owner, class Type> struct owner_of_member<Type Owner::*> { using type = Owner; };

template <auto First> using owner_type = typename owner_of_member<decltype(First)>::type;

template <auto First, auto... Rest> auto& follow(owner_type<First>& owner) {
  if constexpr (sizeof...(Rest) == 0)
    return owner.*First;
  else
    return follow<Rest...>(owner.*First);
}

/// The function that goes from a struct through its members: `at<&settings::http, &...>`.
template <auto First, auto... Rest> constexpr auto at = &follow<First, Rest...>;

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
