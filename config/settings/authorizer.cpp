#include "config/settings/authorizer.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "url",
     .member = at<&authorizer_settings::url>,
     .rule = &optional_url_rule,
     .documentation = "Web hook that is asked about the tokens of `AWS_LAMBDA`."},
    {.key = "ca",
     .member = at<&authorizer_settings::ca>,
     .rule = &optional_file_rule,
     .documentation = "CAs by which the web hook is trusted besides the system's. PEM; relative to "
                      "this file."},
    {.key = "identity_validation_expression",
     .member = at<&authorizer_settings::identity_validation_expression>,
     .rule = &optional_text_rule,
     .documentation = "Regular expression; tokens that do not match are refused without a call."},
    {.key = "result_ttl",
     .member = at<&authorizer_settings::result_ttl>,
     .max = hour,
     .documentation = "How long an answer counts that has no `ttlOverride`. 0: for one operation."},
    {.key = "timeout",
     .member = at<&authorizer_settings::timeout>,
     .min = 10,
     .max = 5 * minute,
     .documentation = "How long the web hook may take, waiting for its turn included."},
    {.key = "concurrency",
     .member = at<&authorizer_settings::concurrency>,
     .min = 1,
     .max = 10'000,
     .documentation = "Calls of the web hook at the same time."},
    {.key = "queue",
     .member = at<&authorizer_settings::queue>,
     .max = 1'000'000,
     .documentation = "Calls that may wait for their turn; more are denied."},
    {.key = "cache_entries",
     .member = at<&authorizer_settings::cache_entries>,
     .max = 10'000'000,
     .documentation = "Answers that are kept."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<authorizer_settings>() noexcept {
  static constexpr auto made = describe<authorizer_settings>(options);
  return made;
}

} // namespace actormesh::config
