#include "tests/mesh/mesh_page.hpp"

#include "tests/mesh/ledger/network_namespace.hpp"
#include "tests/process/http_client.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace actormesh::mesh_tests {

namespace json = boost::json;

namespace {

/// Between two reads, so that waiting takes nothing from what is waited for.
constexpr std::chrono::milliseconds look_interval{10};

std::uint64_t number(const json::value& what) { return json::value_to<std::uint64_t>(what); }
std::string text(const json::value& what) { return json::value_to<std::string>(what); }

peer_view to_peer(const json::value& from) {
  return {.name = text(from.at("name")),
          .incarnation = text(from.at("incarnation")),
          .address = text(from.at("address")),
          .state = text(from.at("state")),
          .their_interest = number(from.at("interest").at("theirs")),
          .our_confirmed_interest = number(from.at("interest").at("ours_confirmed")),
          .queued_bytes = number(from.at("queued_bytes")),
          .events_sent = number(from.at("sent").at("events")),
          .events_received = number(from.at("received").at("events"))};
}

mesh_page parse(const std::string& body) {
  const auto page = json::parse(body);
  mesh_page made;
  made.text = body;
  made.mesh = text(page.at("mesh"));
  const auto& node = page.at("node");
  made.name = text(node.at("name"));
  made.incarnation = text(node.at("incarnation"));
  made.address = text(node.at("address"));
  made.joined = node.at("joined").as_bool();
  for (const auto& each : page.at("peers").as_array())
    made.peers.push_back(to_peer(each));
  made.interest =
      number(page.at("interest").at("channels")) + number(page.at("interest").at("patterns"));
  for (const auto& each : page.at("refused").as_object())
    made.refused[std::string{each.key()}] = number(each.value());
  return made;
}

} // namespace

const peer_view* mesh_page::find(const std::string& peer) const {
  const auto same = [&](const peer_view& each) { return each.name == peer; };
  if (std::ranges::count_if(peers, same) > 1)
    throw std::runtime_error{peer + " is twice in " + text};
  const auto found = std::ranges::find_if(peers, same);
  return found == peers.end() ? nullptr : &*found;
}

bool mesh_page::is_up(const std::string& peer) const {
  const auto* const found = find(peer);
  return found != nullptr && found->state == "up";
}

std::size_t mesh_page::peers_up() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(peers, [](const peer_view& each) { return each.state == "up"; }));
}

mesh_page read_mesh_page(const ledger::place& of) {
  const ledger::network_namespace::visit there{of.where};
  process::http_client http{of.port};
  const auto answer = http.ask(process::http_request("GET", "/mesh"), "GET");
  if (answer.status != 200)
    throw std::runtime_error{"expected /mesh, got: " + answer.head + answer.body};
  try {
    return parse(answer.body);
  } catch (const std::exception& why) {
    throw std::runtime_error{std::string{why.what()} + " in " + answer.body};
  }
}

mesh_page wait_for_mesh_page(const ledger::place& of, const std::string& what,
                             const std::function<bool(const mesh_page&)>& wanted) {
  const auto until = std::chrono::steady_clock::now() + process::patience;
  for (;;) {
    auto page = read_mesh_page(of);
    if (wanted(page))
      return page;
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error{"never came at " + of.node + ": " + what + "; last: " + page.text};
    std::this_thread::sleep_for(look_interval);
  }
}

} // namespace actormesh::mesh_tests
