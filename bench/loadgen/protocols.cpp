#include "bench/loadgen/protocols.hpp"

#include "bench/wire/appsync.hpp"
#include "bench/wire/nats.hpp"

#include <array>
#include <cstdio>

namespace actormesh::bench {
namespace {

wire::appsync_options appsync_of(const target_options& target) {
  return {target.server.to_string(), target.path_prefix, target.api_key, target.payload};
}

} // namespace

std::unique_ptr<wire::protocol> subscriber_protocol(const target_options& target) {
  const auto nats = [&target](wire::nats_transport transport) {
    return std::make_unique<wire::nats>(transport, target.server.to_string(), target.payload);
  };
  switch (target.speaks) {
  case dialect::appsync:
  case dialect::appsync_http:
    return std::make_unique<wire::appsync_realtime>(appsync_of(target));
  case dialect::nats:
    return nats(wire::nats_transport::plain);
  case dialect::nats_websocket:
    return nats(wire::nats_transport::websocket);
  }
  return nullptr;
}

std::unique_ptr<wire::protocol> publisher_protocol(const target_options& target) {
  if (target.speaks == dialect::appsync_http)
    return std::make_unique<wire::appsync_http>(appsync_of(target));
  return subscriber_protocol(target);
}

std::string channel_name(const target_options& target, std::size_t number, std::size_t count) {
  if (count == 1)
    return target.channel;
  std::array<char, 32> segment{};
  std::snprintf(segment.data(), segment.size(), "/c%07zu", number);
  return target.channel + segment.data();
}

} // namespace actormesh::bench
