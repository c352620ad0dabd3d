#include "net/appsync/operation.hpp"

#include "service/event_check.hpp"
#include "service/json_handler.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace actormesh::appsync {

namespace {

namespace json = boost::json;

std::string_view view(json::string_view text) noexcept { return {text.data(), text.size()}; }

// -- names ----------------------------------------------------------------------------------------

/// Returns the member of `whose` that belongs to a header's name, or null if it is none of them.
std::optional<std::string>* find_credential(credentials& whose, std::string_view name) noexcept {
  if (text::iequals(name, "x-api-key"))
    return &whose.api_key;
  if (text::iequals(name, "authorization"))
    return &whose.authorization;
  if (text::iequals(name, "host"))
    return &whose.host;
  return nullptr;
}

/// More members of an authorization object than this are not kept: no signature is over as many.
constexpr std::size_t most_others = 64;

/// Forgets what was kept under a name, which comes again.
void forget_other(credentials& whose, std::string_view name) {
  std::erase_if(whose.others, [name](const auto& each) { return each.first == name; });
}

/// Credentials end up in comparisons, log fields and header values: no control characters.
bool is_printable(std::string_view text) noexcept { return !text::has_control(text); }

bool is_id(std::string_view text) noexcept {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return text::is_alphanumeric(c) || c == '-' || c == '_' || c == '+';
         });
}

operation_type type_of(std::string_view name) noexcept {
  if (name == "publish")
    return operation_type::publish;
  if (name == "subscribe")
    return operation_type::subscribe;
  if (name == "unsubscribe")
    return operation_type::unsubscribe;
  if (name == "connection_init")
    return operation_type::connection_init;
  return operation_type::unknown;
}

// -- handlers of the parser -----------------------------------------------------------------------

/// The members of a frame that mean something.
enum class member : std::uint8_t { other, type, id, channel, events, authorization };
constexpr std::size_t member_count = 6;

member member_of(std::string_view name) noexcept {
  constexpr std::array<std::pair<std::string_view, member>, member_count - 1> names{{
      {"type", member::type},
      {"id", member::id},
      {"channel", member::channel},
      {"events", member::events},
      {"authorization", member::authorization},
  }};
  const auto found = std::find_if(names.begin(), names.end(),
                                  [name](const auto& entry) { return entry.first == name; });
  return found == names.end() ? member::other : found->second;
}

enum class member_state : std::uint8_t { absent, wrong_type, present };

/// Collects the members of a frame as they go by. A member that comes twice counts as it comes
/// last; what is not asked for is skipped without a copy.
class frame_handler : public service::validating_handler {
public:
  /// Gets ready for the next frame, of which at most `max_events` events are kept.
  void start(std::size_t max_events) {
    parsed_ = {};
    states_.fill(member_state::absent);
    max_events_ = max_events;
    event_count_ = 0;
    non_string_event_ = false;
    depth_ = 0;
    member_ = member::other;
    credential_ = nullptr;
    other_name_.clear();
    target_ = nullptr;
    in_string_ = false;
    text_.clear();
    if (text_.capacity() > kept_bytes)
      text_.shrink_to_fit();
  }

  [[nodiscard]] operation take() { return std::move(parsed_); }

  [[nodiscard]] member_state state(member which) const noexcept {
    return states_[static_cast<std::size_t>(which)];
  }

  /// How many events came, those over the limit included.
  [[nodiscard]] std::size_t event_count() const noexcept { return event_count_; }

  [[nodiscard]] bool has_non_string_event() const noexcept { return non_string_event_; }

  // What basic_parser calls. A frame is an object: everything else is refused at once.

  bool on_object_begin(error_code&) {
    if (depth_ == 1 && member_ == member::authorization) {
      set_state(member_state::present);
      parsed_.authorization.emplace();
    } else {
      skip_value();
    }
    ++depth_;
    return true;
  }

  bool on_object_end(std::size_t, error_code&) {
    --depth_;
    return true;
  }

  bool on_array_begin(error_code& ec) {
    if (depth_ == 0)
      return refuse(ec);
    if (depth_ == 1 && member_ == member::events)
      set_state(member_state::present);
    else
      skip_value();
    ++depth_;
    return true;
  }

  bool on_array_end(std::size_t, error_code&) {
    --depth_;
    return true;
  }

  bool on_key_part(string_view part, std::size_t, error_code&) {
    if (depth_ == 1 || in_authorization())
      text_.append(view(part));
    return true;
  }

  bool on_key(string_view part, std::size_t total, error_code& ec) {
    on_key_part(part, total, ec);
    if (depth_ == 1)
      begin_member();
    else if (in_authorization())
      begin_credential();
    text_.clear();
    return true;
  }

  bool on_string_part(string_view part, std::size_t, error_code&) {
    if (!in_string_) {
      in_string_ = true;
      target_ = begin_string();
    }
    if (target_ != nullptr)
      target_->append(view(part));
    return true;
  }

  bool on_string(string_view part, std::size_t total, error_code& ec) {
    if (depth_ == 0)
      return refuse(ec);
    on_string_part(part, total, ec);
    end_string();
    in_string_ = false;
    text_.clear();
    return true;
  }

  bool on_int64(std::int64_t, string_view, error_code& ec) { return on_other_scalar(ec); }
  bool on_uint64(std::uint64_t, string_view, error_code& ec) { return on_other_scalar(ec); }
  bool on_double(double, string_view, error_code& ec) { return on_other_scalar(ec); }
  bool on_bool(bool, error_code& ec) { return on_other_scalar(ec); }
  bool on_null(error_code& ec) { return on_other_scalar(ec); }

private:
  /// Scratch above this is given back.
  static constexpr std::size_t kept_bytes = 64 * 1024;

  static bool refuse(error_code& ec) {
    ec = json::make_error_code(json::error::syntax);
    return false;
  }

  [[nodiscard]] bool in_events() const noexcept {
    return depth_ == 2 && member_ == member::events && state(member_) == member_state::present;
  }

  [[nodiscard]] bool in_authorization() const noexcept {
    return depth_ == 2 && member_ == member::authorization &&
           state(member_) == member_state::present;
  }

  void set_state(member_state to) noexcept { states_[static_cast<std::size_t>(member_)] = to; }

  /// A key of the frame is in `text_`.
  void begin_member() {
    member_ = member_of(text_);
    set_state(member_state::absent);
    switch (member_) {
    case member::type:
      parsed_.type = operation_type::unknown;
      break;
    case member::id:
      parsed_.id.clear();
      break;
    case member::channel:
      parsed_.channel.clear();
      break;
    case member::events:
      parsed_.events.clear();
      event_count_ = 0;
      non_string_event_ = false;
      break;
    case member::authorization:
      parsed_.authorization.reset();
      break;
    case member::other:
      break;
    }
  }

  /// A key of the authorization object is in `text_`.
  void begin_credential() {
    auto& shown = *parsed_.authorization;
    credential_ = find_credential(shown, text_);
    other_name_.clear();
    if (credential_ != nullptr) {
      credential_->reset();
    } else if (is_printable(text_)) {
      forget_other(shown, text_);
      if (shown.others.size() < most_others)
        other_name_ = text_;
    }
  }

  /// Returns where the string that begins is to go, or null if nobody wants it.
  [[nodiscard]] std::string* begin_string() {
    if (in_authorization()) {
      if (credential_ != nullptr)
        return &credential_->emplace();
      return other_name_.empty()
                 ? nullptr
                 : &parsed_.authorization->others.emplace_back(other_name_, std::string{}).second;
    }
    if (in_events())
      return ++event_count_ > max_events_ ? nullptr : &parsed_.events.emplace_back();
    if (depth_ != 1)
      return nullptr;
    switch (member_) {
    case member::type:
    case member::id:
      set_state(member_state::present);
      return &text_;
    case member::channel:
      set_state(member_state::present);
      return &parsed_.channel;
    default:
      skip_value();
      return nullptr;
    }
  }

  void end_string() {
    if (depth_ == 1 && member_ == member::type)
      parsed_.type = type_of(text_);
    else if (depth_ == 1 && member_ == member::id && is_id(text_))
      parsed_.id = text_;
    else if (in_authorization())
      end_credential();
  }

  void end_credential() {
    if (credential_ != nullptr && !is_printable(**credential_))
      credential_->reset();
    else if (credential_ == nullptr && !other_name_.empty() &&
             !is_printable(parsed_.authorization->others.back().second))
      parsed_.authorization->others.pop_back();
  }

  /// A value begins that is not of the type its place asks for.
  void skip_value() {
    if (depth_ == 1) {
      set_state(member_state::wrong_type);
    } else if (in_events()) {
      ++event_count_;
      non_string_event_ = true;
    }
  }

  bool on_other_scalar(error_code& ec) {
    if (depth_ == 0)
      return refuse(ec);
    skip_value();
    return true;
  }

  operation parsed_;
  std::array<member_state, member_count> states_{};
  std::size_t max_events_ = 0;
  std::size_t event_count_ = 0;
  bool non_string_event_ = false;

  std::size_t depth_ = 0;                            ///< Open objects and arrays.
  member member_ = member::other;                    ///< Of the frame, the last one named.
  std::optional<std::string>* credential_ = nullptr; ///< The one named last.
  std::string other_name_;                           ///< Or its name, if it is another one.
  std::string* target_ = nullptr;                    ///< Where the string being read goes.
  bool in_string_ = false;                           ///< Part of a string has come.
  std::string text_;                                 ///< A key, a type or an id.
};

} // namespace

// -- operation_parser -----------------------------------------------------------------------------

struct operation_parser::scratch {
  json::basic_parser<frame_handler> frame{service::strict_json()};
  service::event_check event;

  [[nodiscard]] operation read(std::string_view text, const operation_limits& limits) {
    frame.handler().start(limits.events_per_publish);
    const bool well_formed = service::parse_whole(frame, text);
    auto result = frame.handler().take();
    if (!well_formed) {
      result.problem = failure::malformed_json;
      result.channel.clear();
      result.events.clear();
      result.authorization.reset();
    }
    return result;
  }

  [[nodiscard]] bool is(member which, member_state wanted) const noexcept {
    return frame.handler().state(which) == wanted;
  }

  [[nodiscard]] failure check_frame(const operation& what, const operation_limits& limits) {
    if (what.type == operation_type::unknown)
      return failure::unsupported_operation;
    if (what.type == operation_type::connection_init)
      return failure::none;
    if (!is(member::id, member_state::present))
      return failure::missing_field;
    if (what.id.empty())
      return failure::bad_id;
    if (what.type == operation_type::unsubscribe)
      return failure::none;
    if (is(member::authorization, member_state::wrong_type) ||
        !is(member::channel, member_state::present))
      return failure::missing_field;
    return what.type == operation_type::publish ? check_events(what, limits) : failure::none;
  }

  [[nodiscard]] failure check_events(const operation& what, const operation_limits& limits) {
    const auto& handler = frame.handler();
    if (is(member::events, member_state::wrong_type))
      return failure::missing_field;
    if (handler.event_count() == 0)
      return failure::no_events;
    if (handler.event_count() > limits.events_per_publish)
      return failure::too_many_events;
    const bool all_json = !handler.has_non_string_event() &&
                          std::all_of(what.events.begin(), what.events.end(),
                                      [this](const auto& text) { return event.is_event(text); });
    return all_json ? failure::none : failure::event_not_json;
  }
};

operation_parser::operation_parser()
  : scratch_(std::make_unique<scratch>()) {}

operation_parser::~operation_parser() = default;

operation operation_parser::parse_frame(std::string_view text, const operation_limits& limits) {
  auto result = scratch_->read(text, limits);
  if (result.problem != failure::none)
    return result;
  result.problem = scratch_->check_frame(result, limits);
  if (result.problem != failure::none)
    result.events.clear();
  return result;
}

operation operation_parser::parse_http_publish(std::string_view body,
                                               const operation_limits& limits) {
  auto result = scratch_->read(body, limits);
  // The address says what is asked for and the headers say by whom.
  result.type = operation_type::publish;
  result.id.clear();
  result.authorization.reset();
  if (result.problem != failure::none)
    return result;
  result.problem = scratch_->is(member::channel, member_state::present)
                       ? scratch_->check_events(result, limits)
                       : failure::missing_field;
  if (result.problem != failure::none)
    result.events.clear();
  return result;
}

// -- header-… sub-protocol ------------------------------------------------------------------------

std::optional<credentials> decode_header_protocol(std::string_view base64url) {
  const auto text = text::decode_any_base64(base64url);
  if (!text)
    return std::nullopt;
  json::error_code ec;
  const auto value = json::parse(*text, ec, {}, service::strict_json());
  if (ec || !value.is_object())
    return std::nullopt;
  credentials result;
  for (const auto& entry : value.get_object()) {
    const auto name = view(entry.key());
    auto* const credential = find_credential(result, name);
    if (credential != nullptr)
      credential->reset();
    const auto* const content = entry.value().if_string();
    if (content == nullptr || !is_printable(view(*content)))
      continue;
    if (credential != nullptr)
      credential->emplace(view(*content));
    else if (is_printable(name) && result.others.size() < most_others)
      result.others.emplace_back(name, view(*content));
  }
  return result;
}

} // namespace actormesh::appsync
