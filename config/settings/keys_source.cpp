#include "config/settings/keys_source.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "file",
     .member = at<&keys_source_settings::file>,
     .rule = &optional_file_rule,
     .documentation =
         "File with the key, as Kubernetes, Docker or an agent of Vault mount it. Must "
         "not be writable by others. Relative to this file."},
    {.key = "command",
     .member = at<&keys_source_settings::command>,
     .rule = &required_text_rule,
     .documentation = "Program and arguments that print the key. No shell is involved."},
    {.key = "url",
     .member = at<&keys_source_settings::url>,
     .rule = &optional_url_rule,
     .documentation = "Address that answers AWS Secrets Manager's `GetSecretValue`. Both stages, "
                      "AWSCURRENT and AWSPREVIOUS, count."},
    {.key = "secret_id",
     .member = at<&keys_source_settings::secret_id>,
     .rule = &optional_text_rule,
     .documentation = "Name of the secret that `keys_source.url` is asked for."},
    {.key = "ca",
     .member = at<&keys_source_settings::ca>,
     .rule = &optional_file_rule,
     .documentation =
         "CAs by which `keys_source.url` is trusted besides the system's. PEM; relative "
         "to this file."},
    {.key = "member",
     .member = at<&keys_source_settings::member>,
     .rule = &required_text_rule,
     .documentation = "Where the secret is a JSON object, the member that holds the key."},
    {.key = "interval",
     .member = at<&keys_source_settings::interval>,
     .min = 100,
     .max = day,
     .documentation = "How often the source is read. A file is also read when it changes."},
    {.key = "overlap",
     .member = at<&keys_source_settings::overlap>,
     .max = 365 * day,
     .documentation = "How long a key goes on to count after the source has named another."},
    {.key = "timeout",
     .member = at<&keys_source_settings::timeout>,
     .min = 10,
     .max = minute,
     .documentation = "How long a command or an address may take."},
};

void check(const keys_source_settings& source, const std::string& path, combinations& found) {
  const auto kinds = (source.file.empty() ? 0 : 1) + (source.command.empty() ? 0 : 1) +
                     (source.url.empty() ? 0 : 1);
  if (kinds > 1)
    found.push_back({severity::error,
                     {path + ".file", path + ".command", path + ".url"},
                     path + ": expected one of file, command and url"});
  if (!source.url.empty() && source.secret_id.empty())
    found.push_back(
        {severity::error,
         {path + ".secret_id", path + ".url"},
         path + ".secret_id: expected the name of the secret that " + path + ".url is asked for"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<keys_source_settings>() noexcept {
  static constexpr auto made = describe<keys_source_settings, check>(options);
  return made;
}

} // namespace actormesh::config
