#include "tests/mesh/ledger/book.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::ledger {

namespace {

/// More of them say nothing new.
constexpr std::size_t shown_faults = 20;

void append_gap(std::vector<gap>& to, const std::string& publisher, const std::string& channel,
                std::uint64_t number) {
  if (!to.empty() && to.back().publisher == publisher && to.back().channel == channel &&
      to.back().numbers.last + 1 == number)
    to.back().numbers.last = number;
  else
    to.push_back({publisher, channel, {number, number}});
}

} // namespace

bool matches(std::string_view pattern, std::string_view channel) {
  if (!pattern.ends_with("/*"))
    return pattern == channel;
  pattern.remove_suffix(1);
  return channel.size() > pattern.size() && channel.starts_with(pattern);
}

// -- publishing
// -------------------------------------------------------------------------------------

book::publisher book::add_publisher(std::string name) {
  const std::lock_guard guard{mutex_};
  publishers_.push_back(
      {.name = std::move(name), .connections = {}, .reconnects = {}, .refusals = {}});
  return publishers_.size() - 1;
}

void book::open_connection(publisher who, std::string node) {
  const std::lock_guard guard{mutex_};
  publishers_[who].connections.push_back({.node = std::move(node)});
}

void book::reconnected(publisher who, clock::duration took) {
  const std::lock_guard guard{mutex_};
  publishers_[who].reconnects.push_back(took);
}

std::size_t book::stream_of(publisher who, const std::string& channel) {
  const auto [found, is_new] =
      stream_index_.try_emplace({publishers_[who].name, channel}, streams_.size());
  if (is_new)
    streams_.push_back({.who = who, .channel = channel, .events = {}});
  return found->second;
}

stamp book::publish(publisher who, const std::string& channel, clock::time_point now) {
  const std::lock_guard guard{mutex_};
  auto& side = publishers_[who];
  auto& to = streams_[stream_of(who, channel)];
  const auto through = static_cast<std::uint32_t>(side.connections.size() - 1);
  to.events.push_back({.started = now, .connection = through});
  ++published_;
  return {side.name, through, channel, to.events.size() - 1};
}

void book::settle(const stamp& what, outcome how) {
  const std::lock_guard guard{mutex_};
  streams_[stream_index_.at({what.publisher, what.channel})].events[what.number].how = how;
  acknowledged_ += how == outcome::acknowledged ? 1 : 0;
  refused_ += how == outcome::refused ? 1 : 0;
}

void book::note_refusal(publisher who, const std::string& why) {
  const std::lock_guard guard{mutex_};
  ++publishers_[who].refusals[why];
}

void book::node_died(std::string_view node) {
  const std::lock_guard guard{mutex_};
  for (auto& each : publishers_)
    for (auto& connection : each.connections)
      connection.died = connection.died || connection.node == node;
}

// -- subscribing
// ------------------------------------------------------------------------------------

book::subscriber book::add_subscriber(std::string name, std::vector<std::string> patterns) {
  const std::lock_guard guard{mutex_};
  subscribing_side made;
  made.name = std::move(name);
  made.patterns = std::move(patterns);
  subscribers_.push_back(std::move(made));
  return subscribers_.size() - 1;
}

void book::open_session(subscriber who, std::string node) {
  const std::lock_guard guard{mutex_};
  auto& side = subscribers_[who];
  ++side.sessions;
  side.views.clear();
  for (std::size_t i = 0; i < side.patterns.size(); ++i) {
    side.views.push_back(views_.size());
    view made;
    made.who = who;
    made.subscription = i;
    made.pattern = side.patterns[i];
    made.node = node;
    views_.push_back(std::move(made));
  }
}

void book::subscribed(subscriber who, std::size_t subscription, clock::time_point now) {
  const std::lock_guard guard{mutex_};
  views_[subscribers_[who].views.at(subscription)].since = now;
}

void book::note_fault(subscribing_side& who, std::string text) {
  if (who.faults.size() < shown_faults)
    who.faults.push_back(who.name + ": " + std::move(text));
}

void book::arrive(subscriber who, std::size_t subscription, std::string_view event) {
  const auto what = parse_stamp(event);
  const std::lock_guard guard{mutex_};
  ++arrived_;
  auto& side = subscribers_[who];
  auto& at = views_[side.views.at(subscription)];
  const auto found =
      what ? stream_index_.find({what->publisher, what->channel}) : stream_index_.end();
  if (found == stream_index_.end() || what->number >= streams_[found->second].events.size() ||
      streams_[found->second].events[what->number].connection != what->connection ||
      !matches(at.pattern, what->channel)) {
    ++side.strangers;
    return note_fault(side, "on " + at.pattern + " came " + std::string{event.substr(0, 200)});
  }
  auto& from = at.streams[found->second];
  if (from.has(what->number)) {
    ++from.duplicates;
    return note_fault(side, "came twice: " + to_event(*what));
  }
  if (from.seen.size() <= what->number)
    from.seen.resize(std::max<std::size_t>(what->number + 1, 2 * from.seen.size()));
  from.seen[what->number] = true;
  const auto [highest, is_first] = from.highest.try_emplace(what->connection, what->number);
  if (is_first || what->number > highest->second) {
    highest->second = what->number;
    return;
  }
  ++from.reordered;
  note_fault(side, "came after " + std::to_string(highest->second) + ": " + to_event(*what));
}

void book::close_session(subscriber who) {
  const std::lock_guard guard{mutex_};
  for (const auto index : subscribers_[who].views)
    views_[index].open = false;
}

void book::reconnected_subscriber(subscriber who, clock::duration took) {
  const std::lock_guard guard{mutex_};
  subscribers_[who].reconnects.push_back(took);
}

// -- looking
// ----------------------------------------------------------------------------------------

std::set<std::string> book::channels() const {
  const std::lock_guard guard{mutex_};
  std::set<std::string> found;
  for (const auto& each : streams_)
    found.insert(each.channel);
  return found;
}

bool book::is_subscribed(subscriber who) const {
  const std::lock_guard guard{mutex_};
  const auto& side = subscribers_[who];
  return !side.views.empty() && std::ranges::all_of(side.views, [this](std::size_t index) {
    return views_[index].open && views_[index].since.has_value();
  });
}

bool book::is_due(const view& at, std::size_t index, std::uint64_t number) const {
  const auto& what = streams_[index].events[number];
  if (what.how != outcome::acknowledged || !at.since || what.started <= *at.since)
    return false;
  if (at.open)
    return true;
  // The session ended. What came after this one on the same connection shows that it was due.
  const auto got = at.streams.find(index);
  if (got == at.streams.end())
    return false;
  const auto highest = got->second.highest.find(what.connection);
  return highest != got->second.highest.end() && number <= highest->second;
}

std::uint64_t book::missing_of(publisher who) const {
  const std::lock_guard guard{mutex_};
  std::uint64_t missing = 0;
  for (const auto& at : views_) {
    for (std::size_t index = 0; index < streams_.size(); ++index) {
      const auto& from = streams_[index];
      if (from.who != who || !matches(at.pattern, from.channel))
        continue;
      const auto got = at.streams.find(index);
      for (std::uint64_t number = 0; number < from.events.size(); ++number)
        if (is_due(at, index, number) && (got == at.streams.end() || !got->second.has(number)))
          ++missing;
    }
  }
  return missing;
}

std::uint64_t book::published() const {
  const std::lock_guard guard{mutex_};
  return published_;
}

std::uint64_t book::acknowledged() const {
  const std::lock_guard guard{mutex_};
  return acknowledged_;
}

std::uint64_t book::refused() const {
  const std::lock_guard guard{mutex_};
  return refused_;
}

std::uint64_t book::arrived() const {
  const std::lock_guard guard{mutex_};
  return arrived_;
}

// -- closing
// ----------------------------------------------------------------------------------------

balance book::close(const node_counts& counted) const {
  const std::lock_guard guard{mutex_};
  balance result;
  result.counted = counted;
  close_publishers(result);
  close_subscribers(result);
  close_streams(result);
  check(result);
  return result;
}

void book::close_publishers(balance& into) const {
  for (const auto& each : publishers_) {
    publisher_balance made;
    made.name = each.name;
    made.refusals = each.refusals;
    made.reconnects = each.reconnects;
    into.publishers.push_back(std::move(made));
  }
  for (const auto& from : streams_) {
    auto& side = into.publishers[from.who];
    for (const auto& what : from.events) {
      ++side.published;
      switch (what.how) {
      case outcome::acknowledged:
        ++side.acknowledged;
        break;
      case outcome::refused:
        ++side.refused;
        break;
      case outcome::pending:
      case outcome::unknown:
        ++side.unknown;
        break;
      }
    }
  }
}

void book::close_subscribers(balance& into) const {
  std::map<std::pair<subscriber, std::size_t>, std::size_t> rows;
  for (subscriber who = 0; who < subscribers_.size(); ++who) {
    const auto& side = subscribers_[who];
    into.strangers += side.strangers;
    into.faults.insert(into.faults.end(), side.faults.begin(), side.faults.end());
    for (std::size_t i = 0; i < side.patterns.size(); ++i) {
      rows[{who, i}] = into.subscriptions.size();
      subscription_balance made;
      made.name = side.name;
      made.pattern = side.patterns[i];
      made.reconnects = side.reconnects;
      into.subscriptions.push_back(std::move(made));
    }
  }
  for (const auto& at : views_) {
    auto& row = into.subscriptions[rows.at({at.who, at.subscription})];
    row.nodes += (row.nodes.empty() ? "" : " ") + at.node;
    for (std::size_t index = 0; index < streams_.size(); ++index) {
      const auto& from = streams_[index];
      if (!matches(at.pattern, from.channel))
        continue;
      static const arrivals none;
      const auto found = at.streams.find(index);
      const auto& got = found == at.streams.end() ? none : found->second;
      row.duplicates += got.duplicates;
      row.reordered += got.reordered;
      for (std::uint64_t number = 0; number < from.events.size(); ++number) {
        const auto seen = got.has(number);
        const auto due = is_due(at, index, number);
        row.due += due ? 1 : 0;
        row.delivered += due && seen ? 1 : 0;
        row.beyond += !due && seen ? 1 : 0;
        into.refused_but_delivered += seen && from.events[number].how == outcome::refused ? 1 : 0;
        if (!due || seen)
          continue;
        ++row.missing;
        append_gap(row.gaps, publishers_[from.who].name, from.channel, number);
      }
    }
  }
}

void book::close_streams(balance& into) const {
  for (std::size_t index = 0; index < streams_.size(); ++index) {
    const auto& from = streams_[index];
    std::map<std::string, std::vector<const view*>> nodes;
    for (const auto& at : views_)
      if (at.since && matches(at.pattern, from.channel))
        nodes[at.node].push_back(&at);
    for (const auto& [node, views] : nodes) {
      // The last event of each connection that got as far as this node.
      std::map<std::uint32_t, std::uint64_t> highest;
      for (const auto* at : views)
        if (const auto got = at->streams.find(index); got != at->streams.end())
          for (const auto& [connection, number] : got->second.highest)
            highest[connection] = std::max(highest[connection], number);
      for (std::uint64_t number = 0; number < from.events.size(); ++number) {
        const auto& what = from.events[number];
        std::uint64_t missing = 0;
        bool seen = false;
        for (const auto* at : views) {
          const auto got = at->streams.find(index);
          const auto has = got != at->streams.end() && got->second.has(number);
          seen = seen || has;
          missing += !has && is_due(*at, index, number) ? 1 : 0;
        }
        const auto& origin = publishers_[from.who].connections[what.connection];
        const auto is_remote = origin.node != node;
        if (is_remote && !seen && what.how != outcome::refused)
          ++into.undelivered_at_peers;
        if (missing == 0)
          continue;
        const auto last = highest.find(what.connection);
        if (seen || !is_remote)
          into.missing_locally += missing;
        else if (origin.died && (last == highest.end() || last->second < number))
          ++into.lost_with_nodes;
        else
          ++into.missing_at_peers;
      }
    }
  }
}

} // namespace actormesh::ledger
