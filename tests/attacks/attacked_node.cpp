#include "tests/attacks/attacked_node.hpp"

#include "tests/process/sanitizers.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace actormesh::process {

namespace {

/// What the allocator may keep of memory that was given back. The attacks would hold many times as
/// much.
constexpr std::size_t kept_memory = 24 * 1024 * 1024;

constexpr const char* channel = "/default/healthy";

} // namespace

std::vector<std::string> attack_flags(const std::vector<std::string>& more) {
  // However slow the machine is, nobody has to read a keep-alive or to connect again.
  std::vector<std::string> flags{"--loops", "1",
                                 "--set",   "websocket.keep_alive_interval=10m",
                                 "--set",   "websocket.connection_timeout=20m",
                                 "--set",   "http.idle_timeout=20m"};
  for (const auto& each : more)
    flags.insert(flags.end(), {"--set", each});
  return flags;
}

attacked_node::attacked_node(const node_options& how)
  : node_(how) {
  subscriber_.subscribe("healthy", channel);
  // What a node needs once is there then.
  for (int i = 0; i < 3; ++i)
    require_healthy();
  wait_until_alone();
  channels_before_ = numbers()["actormesh_channels"];
  descriptors_before_ = descriptors();
  memory_before_ = resident_bytes();
}

void attacked_node::require_served() {
  const auto event = std::to_string(++published_);
  publisher_.publish(channel, {event});
  REQUIRE(subscriber_.read_event("healthy") == event);
}

void attacked_node::require_healthy() {
  require_served();
  web_socket subscriber{port()};
  subscriber.subscribe("new", channel);
  http_client publisher{port()};
  const auto event = std::to_string(++published_);
  publisher.publish(channel, {event});
  REQUIRE(subscriber.read_event("new") == event);
  REQUIRE(subscriber_.read_event("healthy") == event);
}

void attacked_node::require_recovered() {
  require_healthy();
  wait_until_alone();
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto recovered = [&] {
    return descriptors() <= descriptors_before_ &&
           (sanitized || resident_bytes() <= memory_before_ + kept_memory);
  };
  while (!recovered() && std::chrono::steady_clock::now() < until)
    require_served();
  CHECK(descriptors() <= descriptors_before_);
  if (!sanitized)
    CHECK(resident_bytes() <= memory_before_ + kept_memory);
}

void attacked_node::require_no_new_channels() {
  wait_for([&](const metrics& now) { return now["actormesh_channels"] <= channels_before_; });
}

void attacked_node::wait_until_alone() {
  wait_for([](const metrics& now) {
    return now["actormesh_http_connections"] == 1 && now["actormesh_websocket_connections"] == 1;
  });
}

std::size_t attacked_node::descriptors() const {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(node_.pid()) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t attacked_node::resident_bytes() const {
  std::ifstream file{"/proc/" + std::to_string(node_.pid()) + "/statm"};
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace actormesh::process
