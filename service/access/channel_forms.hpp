/// Which channels an identity may use, by its claims.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::access {

/// Any thread, immutable: forms such as `/user/{sub}/*`. In one, `{sub}` stands for the claim `sub`
/// (if it is a list, for any of its values), `*` for any one segment and, at the end, for one or
/// more.
class channel_forms {
public:
  channel_forms() = default;
  explicit channel_forms(const std::vector<std::string>& forms);

  /// Whether there are none: then every channel is good.
  [[nodiscard]] bool empty() const noexcept { return forms_.empty(); }

  /// Whether a channel has one of the forms; of a subscription's pattern, whether all that it can
  /// match has. `channel` is canonical: `/user/42`, `/user/42/*`.
  [[nodiscard]] bool allow(std::string_view channel, const boost::json::object& claims) const;

private:
  enum class kind : std::uint8_t { literal, claim, any, rest };
  struct segment {
    kind what = kind::literal;
    std::string text;
  };
  using form = std::vector<segment>;

  [[nodiscard]] static bool matches(const form& wanted, std::string_view channel,
                                    const boost::json::object& claims);

  std::vector<form> forms_;
};

} // namespace actormesh::access
