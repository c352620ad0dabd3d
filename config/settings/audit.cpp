#include "config/settings/audit.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "file",
     .member = at<&audit_settings::file>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "File of the audit log; relative to this file. Empty: there is none. "
                      "docs/audit.md says what is in it."},
    {.key = "key_file",
     .member = at<&audit_settings::key_file>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "File with a secret, mode 0600, under which the records are chained: without "
                      "it nobody can make up a chain. Relative to this file. Empty: plain hashes."},
    {.key = "rotate_bytes",
     .member = at<&audit_settings::rotate_bytes>,
     .measure = unit::bytes,
     .min = 64 * KiB,
     .max = 64 * GiB,
     .effect = takes_effect::restart,
     .documentation = "Size at which the file is set aside and a new one begun."},
    {.key = "rotate_interval",
     .member = at<&audit_settings::rotate_interval>,
     .min = second,
     .max = 365 * day,
     .effect = takes_effect::restart,
     .documentation = "Age at which the file is set aside and a new one begun."},
    {.key = "keep_files",
     .member = at<&audit_settings::keep_files>,
     .max = many,
     .effect = takes_effect::restart,
     .documentation = "Files that were set aside and are kept; older ones are deleted. 0: all."},
    {.key = "sync",
     .member = at<&audit_settings::sync>,
     .effect = takes_effect::restart,
     .documentation = "When records are forced to disk: `none` leaves it to the system, `interval` "
                      "does it every second, `always` after every batch."},
    {.key = "queue_bytes",
     .member = at<&audit_settings::queue_bytes>,
     .measure = unit::bytes,
     .min = 64 * KiB,
     .max = GiB,
     .effect = takes_effect::restart,
     .documentation = "Records that may wait for the disk."},
    {.key = "on_failure",
     .member = at<&audit_settings::on_failure>,
     .effect = takes_effect::restart,
     .documentation =
         "What happens when records can't be written (disk full, queue full): `go_on` "
         "serves and counts what is missing, `refuse_publishes` answers publishes with "
         "503 until it works again."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<audit_settings>() noexcept {
  static constexpr auto made = describe<audit_settings>(options);
  return made;
}

std::string_view to_string(audit_level value) noexcept {
  switch (value) {
  case audit_level::off:
    return "off";
  case audit_level::denied:
    return "denied";
  case audit_level::all:
    return "all";
  }
  return "?";
}

std::string_view to_string(audit_sync value) noexcept {
  switch (value) {
  case audit_sync::none:
    return "none";
  case audit_sync::interval:
    return "interval";
  case audit_sync::always:
    return "always";
  }
  return "?";
}

std::string_view to_string(audit_failure value) noexcept {
  switch (value) {
  case audit_failure::go_on:
    return "go_on";
  case audit_failure::refuse_publishes:
    return "refuse_publishes";
  }
  return "?";
}

} // namespace actormesh::config
