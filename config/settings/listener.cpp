#include "config/settings/listener.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

#include <utility>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option tls_options[] = {
    {.key = "mode",
     .member = at<&listener_tls_settings::mode>,
     .effect = takes_effect::restart,
     .documentation = "`off`: plain HTTP. `on`: HTTPS only. `both`: either, as the first byte of a "
                      "connection says."},
    {.key = "certificate",
     .member = at<&listener_tls_settings::certificate>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Certificate and those of the CAs between it and the root. PEM; relative to "
                      "this file. A changed file counts for new connections within a second."},
    {.key = "key",
     .member = at<&listener_tls_settings::key>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Private key of the certificate. PEM, mode 0600; relative to this file."},
    {.key = "min_version",
     .member = at<&listener_tls_settings::min_version>,
     .rule = &tls_version_rule,
     .effect = takes_effect::restart,
     .documentation = "Oldest version of TLS that is spoken."},
};

void check_tls(const listener_tls_settings& tls, const std::string& path, combinations& found) {
  if (tls.mode == tls_mode::off)
    return;
  for (const auto& [name, file] :
       {std::pair{path + ".certificate", &tls.certificate}, std::pair{path + ".key", &tls.key}})
    if (file->empty())
      found.push_back({severity::error,
                       {name, path + ".mode"},
                       name + ": expected a file, because " + path + ".mode is " +
                           std::string{to_string(tls.mode)}});
}

} // namespace

template <> const struct_descriptor& descriptor_of<listener_tls_settings>() noexcept {
  static constexpr auto made = describe<listener_tls_settings, check_tls>(tls_options);
  return made;
}

namespace {

constexpr option options[] = {
    {.key = "address",
     .member = at<&listener_settings::address>,
     .rule = &address_text_rule,
     .effect = takes_effect::restart,
     .documentation = "Where to accept clients. `0.0.0.0` or `::` means every address of the "
                      "host."},
    {.key = "port",
     .member = at<&listener_settings::port>,
     .max = 65535,
     .effect = takes_effect::restart,
     .documentation = "TCP port. 0: a free one, which the node prints."},
    {.key = "proxy_protocol",
     .member = at<&listener_settings::proxy_protocol>,
     .effect = takes_effect::restart,
     .documentation =
         "Whether connections from `http.trusted_proxies` begin with a PROXY protocol "
         "header, version 2, that says who the client is. Those without it are closed then. "
         "From elsewhere no header is expected."},
};

constexpr branch branches[] = {
    {.key = "tls",
     .member = in<&listener_settings::tls>,
     .documentation = "TLS of the listener. docs/tls.md says how to get a certificate."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<listener_settings>() noexcept {
  static constexpr auto made = describe<listener_settings>(options, branches);
  return made;
}

std::string_view to_string(tls_mode value) noexcept {
  switch (value) {
  case tls_mode::off:
    return "off";
  case tls_mode::on:
    return "on";
  case tls_mode::both:
    return "both";
  }
  return "?";
}

} // namespace actormesh::config
