#include "tests/mesh/mesh_nodes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace actormesh::mesh_tests {

namespace {

/// Below it are ports of services.
constexpr std::uint16_t lowest_port = 10'000;

/// The first port that the system takes for connections by itself.
std::uint16_t end_of_ports() {
  std::uint16_t first = 32'768;
  std::ifstream{"/proc/sys/net/ipv4/ip_local_port_range"} >> first;
  return std::max<std::uint16_t>(first, lowest_port + 1'000);
}

bool is_free(std::uint16_t port) {
  const process::descriptor probe{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(probe.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

/// Whether no thread of a process runs. waitpid has been seen to miss that a process with threads
/// was stopped.
bool is_stopped(pid_t pid) {
  const std::filesystem::directory_iterator threads{"/proc/" + std::to_string(pid) + "/task"};
  return std::ranges::all_of(threads, [](const auto& each) {
    std::ifstream file{each.path() / "stat"};
    std::string text;
    std::getline(file, text);
    // The state follows the name, which is in parentheses.
    const auto end = text.rfind(')');
    return end != std::string::npos && text.compare(end, 3, ") T") == 0;
  });
}

std::string to_text(std::chrono::milliseconds what) { return std::to_string(what.count()) + "ms"; }

} // namespace

std::uint16_t free_port() {
  static const auto end = end_of_ports();
  static auto next = std::uniform_int_distribution<int>{lowest_port, end - 1}(
      *std::make_unique<std::random_device>());
  for (int tries = 0; tries < end - lowest_port; ++tries) {
    next = next + 1 < end ? next + 1 : lowest_port;
    if (is_free(static_cast<std::uint16_t>(next)))
      return static_cast<std::uint16_t>(next);
  }
  throw std::runtime_error{"no port is free"};
}

mesh_nodes::mesh_nodes(mesh_options how)
  : how_(std::move(how)) {
  for (std::size_t i = 0; i < how_.size; ++i) {
    auto& made = members_.emplace_back();
    made.where.node = name(i);
    made.where.port = free_port();
    made.where.where = how_.networks.empty() ? nullptr : how_.networks.at(i);
    made.mesh_port = free_port();
  }
}

std::string mesh_nodes::mesh_address(std::size_t index) const {
  return (how_.addresses.empty() ? "127.0.0.1" : how_.addresses.at(index)) + ":" +
         std::to_string(members_.at(index).mesh_port);
}

void mesh_nodes::start(std::size_t index, const std::vector<std::string>& flags) {
  auto& started = members_.at(index);
  process::node_options options;
  options.listen = false;
  options.flags = {"--name",        name(index),
                   "--loops",       how_.loops,
                   "--listen",      "127.0.0.1:" + std::to_string(started.where.port),
                   "--mesh-listen", mesh_address(index)};
  for (std::size_t seed = 0; seed < 2 && seed < size(); ++seed)
    if (seed != index)
      options.flags.insert(options.flags.end(), {"--join", mesh_address(seed)});
  auto settings = how_.settings;
  settings.push_back("mesh.heartbeat_timeout=" + to_text(how_.heartbeat_timeout));
  settings.push_back("mesh.heartbeat_interval=" + to_text(how_.heartbeat_timeout / 5));
  settings.emplace_back("mesh.retry_max=300ms");
  for (const auto& each : settings)
    options.flags.insert(options.flags.end(), {"--set", each});
  options.flags.insert(options.flags.end(), flags.begin(), flags.end());
  const ledger::network_namespace::visit there{started.where.where};
  started.process = std::make_unique<process::node_process>(options);
}

void mesh_nodes::start_all() {
  for (std::size_t i = 0; i < size(); ++i)
    start(i);
  wait_until_linked();
}

void mesh_nodes::kill(std::size_t index) {
  node(index).signal(SIGKILL);
  const auto status = node(index).wait_for_exit();
  REQUIRE(status == 128 + SIGKILL);
  members_.at(index).process.reset();
}

void mesh_nodes::freeze(std::size_t index) {
  node(index).signal(SIGSTOP);
  const auto until = std::chrono::steady_clock::now() + process::patience;
  while (!is_stopped(node(index).pid()))
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error{name(index) + " does not stop"};
}

void mesh_nodes::wait_for_exit(std::size_t index) {
  const auto status = node(index).wait_for_exit();
  REQUIRE(status == 0);
  members_.at(index).process.reset();
}

std::vector<ledger::place> mesh_nodes::places() const {
  std::vector<ledger::place> running;
  for (const auto& each : members_)
    if (each.process)
      running.push_back(each.where);
  return running;
}

std::vector<ledger::place> mesh_nodes::places_from(std::size_t first) const {
  std::vector<ledger::place> all;
  for (std::size_t i = 0; i < size(); ++i)
    all.push_back(place((first + i) % size()));
  return all;
}

void mesh_nodes::wait_until_up(std::size_t index, std::size_t peer) const {
  wait_for_page(index, name(peer) + " is up",
                [&](const mesh_page& now) { return now.is_up(name(peer)); });
}

void mesh_nodes::wait_until_down(std::size_t index, std::size_t peer) const {
  wait_for_page(index, name(peer) + " is not up",
                [&](const mesh_page& now) { return !now.is_up(name(peer)); });
}

void mesh_nodes::wait_until_linked() const {
  const auto running = places();
  // A page may be a moment old, and show the predecessor of a node.
  std::map<std::string, std::string> incarnations;
  for (const auto& each : running)
    incarnations[each.node] = wait_for_mesh_page(each, "joined", [](const mesh_page& now) {
                                return now.joined;
                              }).incarnation;
  for (const auto& each : running) {
    wait_for_mesh_page(each, "links to all others", [&](const mesh_page& now) {
      return std::ranges::all_of(running, [&](const ledger::place& other) {
        return other.node == each.node ||
               (now.is_up(other.node) &&
                now.find(other.node)->incarnation == incarnations[other.node]);
      });
    });
  }
}

void mesh_nodes::wait_until_agreed(std::uint64_t interest) const {
  const auto running = places();
  for (const auto& each : running) {
    wait_for_mesh_page(each, "interest in " + std::to_string(interest) + " everywhere",
                       [&](const mesh_page& now) {
                         return now.interest == interest &&
                                std::ranges::all_of(running, [&](const ledger::place& other) {
                                  const auto* const peer = now.find(other.node);
                                  return other.node == each.node ||
                                         (peer != nullptr && peer->their_interest == interest &&
                                          peer->our_confirmed_interest == interest);
                                });
                       });
  }
}

} // namespace actormesh::mesh_tests
