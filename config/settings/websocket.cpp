#include "config/settings/websocket.hpp"

#include "config/descriptor.hpp"
#include "config/quantity.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "message_bytes",
     .member = at<&websocket_settings::message_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = 256 * MiB,
     .documentation = "Largest message that a client may send; beyond it the connection is closed "
                      "with 1009."},
    {.key = "queue_bytes",
     .member = at<&websocket_settings::queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = GiB,
     .documentation = "What may wait for one subscriber before the namespace's `slow_consumer` "
                      "applies."},
    {.key = "keep_alive_interval",
     .member = at<&websocket_settings::keep_alive_interval>,
     .min = 10,
     .max = hour,
     .documentation = "Time between two `ka` messages. Must be shorter than "
                      "`websocket.connection_timeout`."},
    {.key = "connection_timeout",
     .member = at<&websocket_settings::connection_timeout>,
     .min = 20,
     .max = day,
     .documentation = "What `connection_ack` tells the client: without a `ka` for so long, it may "
                      "give the connection up."},
    {.key = "connection_lifetime",
     .member = at<&websocket_settings::connection_lifetime>,
     .min = 10,
     .max = 365 * day,
     .documentation = "After this a connection is closed, and the client makes a new one."},
    {.key = "close_timeout",
     .member = at<&websocket_settings::close_timeout>,
     .min = 10,
     .max = 5 * minute,
     .documentation = "How long the node waits for the client's half of a close."},
    {.key = "message_timeout",
     .member = at<&websocket_settings::message_timeout>,
     .min = 10,
     .max = hour,
     .documentation = "How long a client may take for one message, from its first byte to its "
                      "last. A connection that takes longer is closed with 1008, after twice this "
                      "time at the latest."},
    {.key = "compression",
     .member = at<&websocket_settings::compression>,
     .documentation = "Whether clients may negotiate permessage-deflate."},
    {.key = "compression_threshold",
     .member = at<&websocket_settings::compression_threshold>,
     .measure = unit::bytes,
     .max = 256 * MiB,
     .documentation = "Smallest message that is compressed where compression was negotiated."},
};

void check(const websocket_settings& websocket, const std::string&, combinations& found) {
  if (websocket.keep_alive_interval >= websocket.connection_timeout)
    found.push_back({severity::error,
                     {"websocket.keep_alive_interval", "websocket.connection_timeout"},
                     "websocket.keep_alive_interval: expected less than "
                     "websocket.connection_timeout (" +
                         format_duration(websocket.connection_timeout) + "), found " +
                         format_duration(websocket.keep_alive_interval) +
                         ": clients would give up between two keep-alives"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<websocket_settings>() noexcept {
  static constexpr auto made = describe<websocket_settings, check>(options);
  return made;
}

} // namespace actormesh::config
