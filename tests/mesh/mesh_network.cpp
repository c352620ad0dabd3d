#include "tests/mesh/mesh_network.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace actormesh::mesh_tests {

namespace {

/// A hardware address that nobody has.
constexpr const char* nowhere = "02:00:00:00:00:01";

/// Runs a command of the shell in a namespace.
void run(const ledger::network_namespace& where, const std::string& command) {
  const ledger::network_namespace::visit there{&where};
  struct closer {
    int operator()(std::FILE* pipe) const { return ::pclose(pipe); }
  };
  std::unique_ptr<std::FILE, closer> pipe{::popen((command + " 2>&1").c_str(), "r")};
  if (pipe == nullptr)
    throw std::runtime_error{"no shell"};
  std::string output;
  std::array<char, 512> buffer{};
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), got);
  if (::pclose(pipe.release()) != 0)
    throw std::runtime_error{command + ": " + output};
}

std::string address_of(std::size_t node) { return "127.77.0." + std::to_string(node + 1); }

std::string port_of(std::size_t node) { return "port" + std::to_string(node); }

} // namespace

std::optional<std::string> mesh_network::why_not() {
  try {
    const mesh_network probe{2};
    return {};
  } catch (const std::exception& why) {
    return why.what();
  }
}

mesh_network::mesh_network(std::size_t nodes) {
  run(switch_, "ip link add left type bridge && ip link add right type bridge && "
               "ip link add wire0 type veth peer name wire1 && "
               "ip link set wire0 master left && ip link set wire1 master right && "
               "ip link set left up && ip link set right up && "
               "ip link set wire0 up && ip link set wire1 up");
  for (std::size_t i = 0; i < nodes; ++i)
    hosts_.emplace_back();
  for (std::size_t i = 0; i < nodes; ++i)
    add_host(i);
}

void mesh_network::add_host(std::size_t node) {
  const auto port = port_of(node);
  run(switch_, "ip link add " + port + " type veth peer name mesh0 netns " + hosts_[node].path() +
                   " && ip link set " + port + " master " + (is_left(node) ? "left" : "right") +
                   " && ip link set " + port + " up");
  // The kernel lets addresses of loopback leave the machine only where it is told to, and keeps
  // the whole of 127.0.0.0/8 for itself unless that is taken away.
  run(hosts_[node], "echo 1 > /proc/sys/net/ipv4/conf/mesh0/route_localnet && "
                    "ip link set lo up && ip link set mesh0 up && "
                    "ip address add " +
                        address_of(node) +
                        "/24 dev mesh0 && "
                        "ip route del local 127.0.0.0/8 dev lo table local");
}

std::vector<const ledger::network_namespace*> mesh_network::networks() const {
  std::vector<const ledger::network_namespace*> all;
  for (const auto& each : hosts_)
    all.push_back(&each);
  return all;
}

std::vector<std::string> mesh_network::addresses() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    all.push_back(address_of(i));
  return all;
}

void mesh_network::cut() { run(switch_, "ip link set wire0 down"); }

void mesh_network::mend() { run(switch_, "ip link set wire0 up"); }

void mesh_network::cut_one_way(std::size_t from, std::size_t to) {
  run(hosts_.at(from),
      "ip neigh replace " + address_of(to) + " lladdr " + nowhere + " nud permanent dev mesh0");
}

void mesh_network::mend_one_way(std::size_t from, std::size_t to) {
  run(hosts_.at(from), "ip neigh del " + address_of(to) + " dev mesh0");
}

} // namespace actormesh::mesh_tests
