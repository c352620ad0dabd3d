#include "auth/jwks.hpp"

#include "auth/strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace actormesh::auth {

namespace {

namespace json = boost::json;

/// How an entry is called in logs. A `kid` comes from elsewhere, so it is written as JSON and
/// bounded.
std::string name_of(std::size_t index, const json::value& entry) {
  constexpr std::size_t shown = 64;
  auto name = "key " + std::to_string(index + 1);
  const auto* const object = entry.if_object();
  const auto* const kid = object == nullptr ? nullptr : object->if_contains("kid");
  if (kid != nullptr && kid->is_string() && kid->get_string().size() <= shown)
    name += " (" + json::serialize(*kid) + ")";
  return name;
}

jwks_result refuse(std::string why) { return {nullptr, std::move(why), {}}; }

} // namespace

key_set::key_set(std::vector<public_key> keys)
  : keys_{std::move(keys)} {}

const public_key* key_set::find(std::string_view kid, algorithm what) const noexcept {
  const bool is_alone = keys_.size() == 1;
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const public_key& key) {
    const bool is_named = kid.empty() || key.id().empty() ? is_alone : key.id() == kid;
    return is_named && key.fits(what);
  });
  return found == keys_.end() ? nullptr : &*found;
}

jwks_result parse_jwks(std::string_view text) {
  if (text.size() > jwks_bytes)
    return refuse("larger than " + std::to_string(jwks_bytes) + " bytes");
  json::error_code ec;
  json::parse_options options;
  options.max_depth = strict_json_depth;
  const auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  if (ec)
    return refuse("not JSON: " + ec.message());
  const auto* const object = value.if_object();
  const auto* const entries = object == nullptr ? nullptr : object->if_contains("keys");
  if (entries == nullptr || !entries->is_array())
    return refuse("not a key set: no array \"keys\"");
  const auto& list = entries->get_array();
  if (list.size() > jwks_keys)
    return refuse("more than " + std::to_string(jwks_keys) + " keys");
  jwks_result result;
  std::vector<public_key> keys;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto parsed = public_key::parse(list[i]);
    if (auto* const key = std::get_if<public_key>(&parsed))
      keys.push_back(std::move(*key));
    else
      result.ignored.push_back(name_of(i, list[i]) + ": " +
                               to_string(std::get<key_problem>(parsed)));
  }
  result.keys = std::make_shared<const key_set>(std::move(keys));
  return result;
}

} // namespace actormesh::auth
