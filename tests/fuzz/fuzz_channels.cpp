/// `directory`, `channel` and `connection` on three loops as one state machine: whoever subscribes,
/// publishes, leaves and takes turns in whatever order, nothing comes twice, out of order or to
/// somebody who did not ask, and what is published behind a confirmation arrives.
#include "tests/actors/fixture.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace actormesh;
using fuzz::require;

namespace {

constexpr std::size_t loops = 3;
constexpr std::size_t most_connections = 6;
constexpr std::size_t most_subscriptions = 24;

constexpr std::array<std::string_view, 4> channels{"api/ns/a", "api/ns/b", "api/ns/a/x", "api/ns"};
constexpr std::array<std::string_view, 6> keys{"api/ns/a", "api/ns/b", "api/ns/a/x",
                                               "api/ns",   "api/ns/*", "api/ns/a/*"};

bool covers(std::string_view key, std::string_view channel) {
  return key.ends_with('*') ? channel.starts_with(key.substr(0, key.size() - 1)) : key == channel;
}

struct published {
  std::size_t loop = 0;
  std::string_view channel;
};

struct subscribed_to {
  std::size_t connection = 0;
  std::string id;
  std::string_view key;
  std::optional<std::size_t> confirmed; ///< How many events had been published by then.
  std::optional<std::size_t> ended;     ///< The same.
  std::vector<std::size_t> seen;
};

class machine {
public:
  /// The first byte says how many actors run in a turn: with few, a fan-out may come before what
  /// would change its route.
  explicit machine(std::string_view steps)
    : steps_(steps)
    , node_(loops, {}, {.resumes = next() % 4U == 0U ? 4'096U : 1U}) {}

  void run() {
    while (!steps_.empty())
      step(next());
    node_.settle();
    look();
    check_arrivals();
  }

private:
  std::uint8_t next() {
    if (steps_.empty())
      return 0;
    const auto first = static_cast<std::uint8_t>(steps_.front());
    steps_.remove_prefix(1);
    return first;
  }

  void step(std::uint8_t what) {
    const std::size_t which = what >> 3U;
    switch (what & 7U) {
    case 0:
    case 1:
      static_cast<void>(node_.turn(which % loops));
      break;
    case 2:
      connect(which % loops);
      break;
    case 3:
      subscribe(which, next());
      break;
    case 4:
      unsubscribe(which);
      break;
    case 5:
      publish(which % loops, next());
      break;
    case 6:
      close(which);
      break;
    default:
      node_.settle();
    }
    look();
  }

  void connect(std::size_t loop) {
    if (connections_.size() == most_connections)
      return;
    connections_.push_back({node_.connect(loop), loop});
  }

  void subscribe(std::size_t which, std::uint8_t to) {
    if (connections_.empty() || subscriptions_.size() == most_subscriptions)
      return;
    const auto who = which % connections_.size();
    if (!connections_[who].open)
      return;
    subscribed_to made{who,
                       "s" + std::to_string(subscriptions_.size()),
                       keys[to % keys.size()],
                       std::nullopt,
                       std::nullopt,
                       {}};
    subscriptions_.push_back(made);
    node_.at(connections_[who].loop);
    require(connections_[who].client.subscribe(made.id, made.key) ==
                connection::subscribe_result::pending,
            "a subscription of a new name is taken");
  }

  void unsubscribe(std::size_t which) {
    if (subscriptions_.empty())
      return;
    auto& what = subscriptions_[which % subscriptions_.size()];
    auto& of = connections_[what.connection];
    if (!of.open)
      return;
    node_.at(of.loop);
    require(of.client.actor.object->unsubscribe(what.id) == !what.ended,
            "what is there can be given up, once");
    // Operations are answered in order: who gives up before the confirmation gets that first.
    look();
    require(what.confirmed.has_value(), "what is given up has been confirmed");
    if (!what.ended)
      what.ended = events_.size();
  }

  void publish(std::size_t loop, std::uint8_t how) {
    const auto channel = channels[how % channels.size()];
    std::vector<std::string> payloads;
    for (auto count = 1 + how / 64; count > 0; --count) {
      payloads.push_back(std::to_string(events_.size()));
      events_.push_back({loop, channel});
    }
    require(node_.publish(loop, channel, payloads), "a publish is taken");
  }

  void close(std::size_t which) {
    if (connections_.empty())
      return;
    auto& what = connections_[which % connections_.size()];
    if (!what.open)
      return;
    what.open = false;
    for (auto& each : subscriptions_)
      if (&connections_[each.connection] == &what && !each.ended)
        each.ended = events_.size();
    node_.at(what.loop);
    what.client.actor.object->closed();
  }

  /// Takes what the connections were told since the last look.
  void look() {
    for (auto& each : connections_)
      if (each.open)
        for (const auto& line : each.client.wire->take())
          hear(line);
  }

  void hear(std::string_view line) {
    constexpr std::string_view confirmation = "subscribed ";
    if (line.starts_with(confirmation)) {
      auto& what = find(line.substr(confirmation.size()));
      require(!what.confirmed && !what.ended, "a subscription that is there is confirmed, once");
      what.confirmed = events_.size();
      return;
    }
    const auto colon = line.find(':');
    auto& what = find(line.substr(0, colon));
    require(what.confirmed.has_value(), "events come behind the confirmation");
    require(!what.ended, "who has left gets nothing");
    for (auto rest = line.substr(colon + 1); !rest.empty();) {
      rest.remove_prefix(1); // The blank.
      std::size_t number = 0;
      const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), number).ptr;
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
      require(number < events_.size() && covers(what.key, events_[number].channel),
              "an event comes to who asked for its channel");
      what.seen.push_back(number);
    }
  }

  void check_arrivals() const {
    for (const auto& each : subscriptions_) {
      // Of one publisher and channel: in order, and none twice.
      std::map<std::pair<std::size_t, std::string_view>, std::size_t> last;
      for (const auto number : each.seen) {
        const auto& from = events_[number];
        const auto [known, is_first] = last.try_emplace({from.loop, from.channel}, number);
        require(is_first || known->second < number,
                "events of a publisher come in order, and once");
        known->second = number;
      }
      if (!each.confirmed || each.ended)
        continue;
      for (auto number = *each.confirmed; number < events_.size(); ++number)
        if (covers(each.key, events_[number].channel))
          require(std::ranges::find(each.seen, number) != each.seen.end(),
                  "what is published behind the confirmation arrives");
    }
  }

  subscribed_to& find(std::string_view id) {
    const auto found = std::ranges::find(subscriptions_, id, &subscribed_to::id);
    require(found != subscriptions_.end(), "only subscriptions are told of");
    return *found;
  }

  struct client {
    test::test_connection client;
    std::size_t loop = 0;
    bool open = true;
  };

  std::string_view steps_;
  test::test_loops node_;
  std::vector<client> connections_;
  std::vector<subscribed_to> subscriptions_;
  std::vector<published> events_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 512;
  machine{fuzz::view(data, std::min(size, longest))}.run();
  return 0;
}
