#include "config/settings/namespace.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "name",
     .member = at<&namespace_settings::name>,
     .rule = &namespace_rule,
     .needed = presence::required,
     .example = "default",
     .documentation = "First segment of the namespace's channels. Case counts."},
    {.key = "slow_consumer",
     .member = at<&namespace_settings::slow_consumer>,
     .documentation = "What happens when an event no longer fits into a subscriber's queue: "
                      "`disconnect` closes the subscriber's connection, `drop_oldest` makes room, "
                      "`drop_newest` drops the event. Every loss is counted."},
    {.key = "wildcards",
     .member = at<&namespace_settings::wildcards>,
     .documentation = "Whether subscriptions may end in `/*`."},
    {.key = "channels",
     .member = at<&namespace_settings::channels>,
     .rule = &channel_form_rule,
     .documentation =
         "Channels of these forms only. `{sub}` stands for the claim `sub` of the "
         "caller's identity, and so for every claim; a `*` as a segment for any one, at "
         "the end for any number. Empty: every channel."},
    {.key = "audit",
     .member = at<&namespace_settings::audit>,
     .documentation = "What the audit log has of this namespace: nothing, what was refused, or "
                      "everything. Needs `audit.file`."},
};

constexpr option auth_options[] = {
    {.key = "publish",
     .member = at<&namespace_settings::publish_auth>,
     .documentation = "Modes that may publish here. Empty: those of the API."},
    {.key = "subscribe",
     .member = at<&namespace_settings::subscribe_auth>,
     .documentation = "Modes that may subscribe here. Empty: those of the API."},
};

constexpr struct_descriptor auth = describe<namespace_settings>(auth_options);

constexpr branch branches[] = {
    {.key = "auth",
     .member = here<auth>,
     .documentation = "What replaces the API's modes for channels of this namespace."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<namespace_settings>() noexcept {
  static constexpr auto made = describe<namespace_settings>(options, branches);
  return made;
}

std::string_view to_string(slow_consumer_policy value) noexcept {
  switch (value) {
  case slow_consumer_policy::disconnect:
    return "disconnect";
  case slow_consumer_policy::drop_oldest:
    return "drop_oldest";
  case slow_consumer_policy::drop_newest:
    return "drop_newest";
  }
  return "?";
}

} // namespace actormesh::config
