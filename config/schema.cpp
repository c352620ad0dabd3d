#include "config/schema.hpp"

#include "config/quantity.hpp"
#include "config/schema_rules.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <numeric>
#include <type_traits>

namespace actormesh::config {

using tables::all_of;
using tables::is_alphanumeric;
using tables::is_printable;

namespace {

constexpr std::array<section, 20> all_sections{{
    {"node", "The process as a whole."},
    {"listeners[]", "Where the node accepts clients. Left out: one listener with the defaults."},
    {"listeners[].tls", "TLS of the listener. docs/tls.md says how to get a certificate."},
    {"log", "Logs go to stderr."},
    {"http", "Limits of HTTP, for every listener."},
    {"websocket", "Limits and timers of WebSocket, for every listener."},
    {"mesh", "How the node is linked with others. `actormesh serve --join HOST:PORT` is all that a "
             "second node on the same machine needs."},
    {"mesh.tls", "Certificates of the mesh: all three, or none. Needed for every address that is "
                 "not loopback; docs/mesh-security.md says how to make them."},
    {"audit", "Who did what, as a chain of records that shows every change."},
    {"apis[]", "Event APIs. Each is an environment of its own, such as dev or prod, with its own "
               "address, keys and namespaces. At least one."},
    {"apis[].auth", "How callers prove who they are: lists of `API_KEY` (a key of `keys_file` or "
                    "`keys_source`), `AWS_IAM` (a request signed with one of `access_keys`), "
                    "`AMAZON_COGNITO_USER_POOLS` and `OPENID_CONNECT` (a token of one of "
                    "`issuers`), `AWS_LAMBDA` (what `authorizer` accepts) and `NONE` (nothing is "
                    "asked). docs/authorization.md has an example of each."},
    {"apis[].keys_source",
     "API keys that somebody else rotates: one of `file`, `command` and `url`. "
     "It names a key, several with one a line, a JSON array of them, or a "
     "JSON object with the key in `member`."},
    {"apis[].iam", "Signed requests."},
    {"apis[].authorizer", "The web hook behind `AWS_LAMBDA`."},
    {"apis[].limits", "Limits of the API."},
    {"apis[].access_keys[]", "Access keys whose owners may sign requests.", true},
    {"apis[].access_keys[].policy[]",
     "What the key's owner may do: nothing that isn't allowed here.", true},
    {"apis[].issuers[]", "Whose tokens are accepted.", true},
    {"apis[].namespaces[]", "Channels exist only under a namespace. At least one."},
    {"apis[].namespaces[].auth", "What replaces the API's modes for channels of this namespace."},
}};

// -- values ------------------------------------------------------------------------------------

template <class Enum> constexpr std::array<Enum, 0> choices{};
template <>
constexpr std::array<log_level, 6> choices<log_level>{log_level::trace, log_level::debug,
                                                      log_level::info,  log_level::warn,
                                                      log_level::error, log_level::off};
template <>
constexpr std::array<log_format, 2> choices<log_format>{log_format::text, log_format::json};
template <>
constexpr std::array<slow_consumer_policy, 3> choices<slow_consumer_policy>{
    slow_consumer_policy::disconnect, slow_consumer_policy::drop_oldest,
    slow_consumer_policy::drop_newest};
template <>
constexpr std::array<auth_mode, 6> choices<auth_mode>{auth_mode::api_key, auth_mode::iam,
                                                      auth_mode::cognito, auth_mode::oidc,
                                                      auth_mode::lambda,  auth_mode::none};
template <>
constexpr std::array<tls_mode, 3> choices<tls_mode>{tls_mode::off, tls_mode::on, tls_mode::both};
template <>
constexpr std::array<audit_level, 3> choices<audit_level>{audit_level::off, audit_level::denied,
                                                          audit_level::all};
template <>
constexpr std::array<audit_sync, 3> choices<audit_sync>{audit_sync::none, audit_sync::interval,
                                                        audit_sync::always};
template <>
constexpr std::array<audit_failure, 2> choices<audit_failure>{audit_failure::go_on,
                                                              audit_failure::refuse_publishes};
template <>
constexpr std::array<policy_effect, 2> choices<policy_effect>{policy_effect::allow,
                                                              policy_effect::deny};

template <class Enum> std::string choice_list() {
  std::string text;
  for (const auto each : choices<Enum>)
    text += (text.empty() ? "" : ", ") + std::string{to_string(each)};
  return text;
}

template <class Enum> std::optional<Enum> parse_choice(std::string_view text) {
  for (const auto each : choices<Enum>) {
    if (to_string(each) == text)
      return each;
  }
  return std::nullopt;
}

template <class Value> struct is_vector : std::false_type {};
template <class Element> struct is_vector<std::vector<Element>> : std::true_type {};

/// Calls a function with the option's value, by its own type.
template <class Owner, class Function>
decltype(auto) with_value(const option<Owner>& which, Owner& owner, Function&& function) {
  return std::visit([&](auto member) -> decltype(auto) { return function(member(owner)); },
                    which.member);
}

/// A text that can stand in YAML without quotes and stays a text.
bool is_plain_yaml(std::string_view text) {
  return !text.empty() && (is_alphanumeric(text.front()) || text.front() == '/') &&
         all_of(text, "._-/~") && !parse_number(text) && text != "true" && text != "false" &&
         text != "null";
}

std::string write_text(std::string_view text) {
  if (is_plain_yaml(text))
    return std::string{text};
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

template <class Owner> bool in_range(const option<Owner>& which, std::uint64_t value) {
  return value >= which.min && value <= which.max;
}

template <class Value, class Owner>
std::optional<Value> parse_value(const option<Owner>& which, written_scalar scalar) {
  const auto text = scalar.text;
  if constexpr (std::is_same_v<Value, bool>) {
    if (!scalar.plain || (text != "true" && text != "false"))
      return std::nullopt;
    return text == "true";
  } else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>) {
    const auto value = parse_duration(text);
    const auto fits = value && in_range(which, static_cast<std::uint64_t>(value->count()));
    return fits ? value : std::nullopt;
  } else if constexpr (std::is_unsigned_v<Value>) {
    const auto number = which.measure == unit::bytes ? parse_size(text)
                        : scalar.plain               ? parse_number(text)
                                                     : std::nullopt;
    if (!number || !in_range(which, *number))
      return std::nullopt;
    return static_cast<Value>(*number);
  } else if constexpr (std::is_enum_v<Value>) {
    return parse_choice<Value>(text);
  } else {
    return which.rule->normalise(text);
  }
}

template <class Owner, class Value>
std::string format_value(const option<Owner>& which, const Value& value) {
  if constexpr (std::is_same_v<Value, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return format_duration(value);
  else if constexpr (std::is_unsigned_v<Value>)
    return which.measure == unit::bytes ? format_size(value) : std::to_string(value);
  else if constexpr (std::is_enum_v<Value>)
    return std::string{to_string(value)};
  else if constexpr (is_vector<Value>::value) {
    std::string text;
    for (const auto& each : value)
      text += (text.empty() ? "" : ", ") + format_value(which, each);
    return "[" + text + "]";
  } else {
    return write_text(value);
  }
}

/// Helps somebody who got a value wrong; documentation says it once for all.
template <class Value, class Owner> std::string_view example_values(const option<Owner>& which) {
  if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return ", such as 1500ms, 10s or 24h";
  return which.measure == unit::bytes ? ", such as 4096, 240KiB or 8MB" : "";
}

template <class Value, class Owner> std::string expected_value(const option<Owner>& which) {
  if constexpr (std::is_same_v<Value, bool>)
    return "true or false";
  else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return "a duration from " + format_duration(std::chrono::milliseconds{which.min}) + " to " +
           format_duration(std::chrono::milliseconds{which.max});
  else if constexpr (std::is_unsigned_v<Value>) {
    if (which.measure == unit::bytes)
      return "a size from " + format_size(which.min) + " to " + format_size(which.max);
    return "a whole number from " + std::to_string(which.min) + " to " + std::to_string(which.max);
  } else if constexpr (std::is_enum_v<Value>)
    return "one of " + choice_list<Value>();
  else if constexpr (std::is_same_v<Value, std::vector<auth_mode>>)
    return "a list of " + choice_list<auth_mode>();
  else if constexpr (is_vector<Value>::value)
    return "a list, each " + std::string{which.rule->expected};
  else
    return std::string{which.rule->expected};
}

// -- descriptions ------------------------------------------------------------------------------

/// Appends what belongs to one section, if this owner's options do.
template <class Owner>
void describe(std::string_view owner_path, std::string_view section_path,
              std::vector<option_description>& into) {
  for (const auto& each : options<Owner>()) {
    const auto dot = each.name.rfind('.');
    const bool nested = dot != std::string_view::npos;
    std::string in{owner_path};
    if (nested)
      in += (in.empty() ? "" : ".") + std::string{each.name.substr(0, dot)};
    if (in != section_path)
      continue;
    option_description description;
    description.section = in;
    description.key = each.name.substr(nested ? dot + 1 : 0);
    description.path = in + (in.empty() ? "" : ".") + description.key;
    Owner defaults{};
    description.expected = with_value(
        each, defaults, [&]<class Value>(const Value&) { return expected_value<Value>(each); });
    description.required = each.needed == presence::required;
    if (!description.required)
      description.default_value = format(each, defaults);
    description.example =
        each.example.empty() ? description.default_value : std::string{each.example};
    description.scalar = owner_path.empty() && !is_list(each);
    description.effect = each.effect;
    description.documentation = each.documentation;
    into.push_back(std::move(description));
  }
}

std::vector<option_description> describe_all() {
  std::vector<option_description> result;
  for (const auto& each : sections()) {
    describe<settings>("", each.path, result);
    describe<listener_settings>("listeners[]", each.path, result);
    describe<api_settings>("apis[]", each.path, result);
    describe<access_key_settings>("apis[].access_keys[]", each.path, result);
    describe<statement_settings>("apis[].access_keys[].policy[]", each.path, result);
    describe<issuer_settings>("apis[].issuers[]", each.path, result);
    describe<namespace_settings>("apis[].namespaces[]", each.path, result);
  }
  return result;
}

/// Edits that turn one text into the other: insert, remove, replace, swap two neighbours.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

} // namespace

std::string_view to_string(takes_effect value) noexcept {
  return value == takes_effect::live ? "live" : "restart";
}

template <class Owner> std::string expected(const option<Owner>& which) {
  Owner owner{};
  return with_value(which, owner, [&]<class Value>(const Value&) {
    return expected_value<Value>(which) + std::string{example_values<Value>(which)};
  });
}

template <class Owner>
bool assign(const option<Owner>& which, Owner& owner, written_scalar scalar) {
  return with_value(which, owner, [&]<class Value>(Value& value) {
    if constexpr (is_vector<Value>::value) {
      return false;
    } else {
      auto parsed = parse_value<Value>(which, scalar);
      if (!parsed)
        return false;
      value = *std::move(parsed);
      return true;
    }
  });
}

template <class Owner>
bool append(const option<Owner>& which, Owner& owner, written_scalar scalar) {
  return with_value(which, owner, [&]<class Value>(Value& value) {
    if constexpr (!is_vector<Value>::value) {
      return false;
    } else {
      auto parsed = parse_value<typename Value::value_type>(which, scalar);
      if (!parsed)
        return false;
      value.push_back(*std::move(parsed));
      return true;
    }
  });
}

template <class Owner> void clear_list(const option<Owner>& which, Owner& owner) {
  with_value(which, owner, []<class Value>(Value& value) {
    if constexpr (is_vector<Value>::value)
      value.clear();
  });
}

template <class Owner> bool is_list(const option<Owner>& which) {
  Owner owner{};
  return with_value(which, owner,
                    []<class Value>(const Value&) { return is_vector<Value>::value; });
}

template <class Owner> std::string format(const option<Owner>& which, const Owner& owner) {
  // The accessors hand out a reference that could be written through; here nobody does.
  return with_value(which, const_cast<Owner&>(owner),
                    [&](const auto& value) { return format_value(which, value); });
}

template <class Owner> void copy(const option<Owner>& which, const Owner& from, Owner& to) {
  std::visit([&](auto member) { member(to) = member(const_cast<Owner&>(from)); }, which.member);
}

#define ACTORMESH_INSTANTIATE(Owner)                                                               \
  template std::string expected(const option<Owner>&);                                             \
  template bool assign(const option<Owner>&, Owner&, written_scalar);                              \
  template bool append(const option<Owner>&, Owner&, written_scalar);                              \
  template void clear_list(const option<Owner>&, Owner&);                                          \
  template bool is_list(const option<Owner>&);                                                     \
  template std::string format(const option<Owner>&, const Owner&);                                 \
  template void copy(const option<Owner>&, const Owner&, Owner&);

ACTORMESH_INSTANTIATE(settings)
ACTORMESH_INSTANTIATE(listener_settings)
ACTORMESH_INSTANTIATE(api_settings)
ACTORMESH_INSTANTIATE(namespace_settings)
ACTORMESH_INSTANTIATE(access_key_settings)
ACTORMESH_INSTANTIATE(statement_settings)
ACTORMESH_INSTANTIATE(issuer_settings)

#undef ACTORMESH_INSTANTIATE

std::span<const section> sections() noexcept { return all_sections; }

const std::vector<option_description>& all_options() {
  static const std::vector<option_description> descriptions = describe_all();
  return descriptions;
}

std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  // Long names are no typing errors, and comparing them would cost their square.
  if (name.size() > 64)
    return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string quote(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result = "\"";
  for (const char c : text.substr(0, longest))
    result += is_printable({&c, 1}) ? c : '?';
  return result + (text.size() > longest ? "...\"" : "\"");
}

} // namespace actormesh::config
