#include "config/settings/http.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "header_bytes",
     .member = at<&http_settings::header_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = MiB,
     .documentation = "Largest request line and headers together; beyond it: 431."},
    {.key = "body_bytes",
     .member = at<&http_settings::body_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = 256 * MiB,
     .documentation = "Largest body of a publish request; beyond it: 413."},
    {.key = "header_timeout",
     .member = at<&http_settings::header_timeout>,
     .min = 10,
     .max = hour,
     .documentation = "From the first byte of a request to the end of its headers."},
    {.key = "body_timeout",
     .member = at<&http_settings::body_timeout>,
     .min = 10,
     .max = hour,
     .documentation = "From the end of the headers to the end of the body."},
    {.key = "idle_timeout",
     .member = at<&http_settings::idle_timeout>,
     .min = 10,
     .max = day,
     .documentation = "How long a connection may stay open without a request."},
    {.key = "connections_per_address",
     .member = at<&http_settings::connections_per_address>,
     .max = many,
     .documentation =
         "Connections at the same time from one address that are not admitted WebSockets, those "
         "within a TLS handshake included. More are closed at once. 0: not limited."},
    {.key = "trusted_proxies",
     .member = at<&http_settings::trusted_proxies>,
     .rule = &network_rule,
     .documentation = "Addresses and networks of proxies. What they say about a client's address, "
                      "in `X-Forwarded-For` or a PROXY protocol header, counts; what others say "
                      "does not."},
    {.key = "server_header",
     .member = at<&http_settings::server_header>,
     .rule = &optional_text_rule,
     .documentation = "Value of the header `Server` of every answer. Empty: no such header."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<http_settings>() noexcept {
  static constexpr auto made = describe<http_settings>(options);
  return made;
}

} // namespace actormesh::config
