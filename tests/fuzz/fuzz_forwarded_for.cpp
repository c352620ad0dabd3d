/// `network` and `find_client`: the first line are networks, the second the connection's address,
/// the others the header's lines.
#include "net/forwarded_for.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <vector>

using namespace actormesh;

namespace {

std::string_view take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::vector<net::network> networks_of(std::string_view line) {
  std::vector<net::network> found;
  while (!line.empty() && found.size() < 16) {
    const auto one = net::network::parse(take_until(line, ' '));
    if (!one) {
      fuzz::require(!one.error().empty(), "an error has words");
      continue;
    }
    const auto again = net::network::parse(one->to_string());
    fuzz::require(again.has_value() && *again == *one, "a network is read as it is written");
    found.push_back(*one);
  }
  return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::view(data, size);
  const auto trusted = networks_of(take_until(rest, '\n'));
  const auto peer = net::parse_forwarded(take_until(rest, '\n'));
  if (!peer)
    return 0;
  std::vector<std::string_view> lines;
  while (!rest.empty())
    lines.push_back(take_until(rest, '\n'));
  const auto is_trusted = [&](const auto& which) {
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const auto& each) { return each.contains(which); });
  };
  const auto client = net::find_client(*peer, lines, trusted);
  fuzz::require(client == net::unmapped(client), "an IPv4 address is one");
  fuzz::require(is_trusted(*peer) || client == *peer, "without trust the header means nothing");
  fuzz::require(net::find_client(*peer, lines, {}) == *peer, "without proxies neither");
  // Whatever a client writes on the left changes nothing if the walk ended at an address that is
  // not trusted.
  if (!is_trusted(client)) {
    auto more = lines;
    more.insert(more.begin(), "198.51.100.66, 203.0.113.66");
    fuzz::require(net::find_client(*peer, more, trusted) == client, "the left is not looked at");
  }
  return 0;
}
