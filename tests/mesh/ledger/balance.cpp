#include "tests/mesh/ledger/balance.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <sstream>

namespace actormesh::ledger {

namespace {

namespace json = boost::json;
using duration = std::chrono::steady_clock::duration;

/// Ranges of one line of the table.
constexpr std::size_t shown_gaps = 5;

template <class Rows, class Member> std::uint64_t sum(const Rows& rows, Member member) {
  std::uint64_t result = 0;
  for (const auto& each : rows)
    result += each.*member;
  return result;
}

std::uint64_t milliseconds(duration what) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(what).count());
}

std::string to_string(const number_range& what) {
  return what.first == what.last ? std::to_string(what.first)
                                 : std::to_string(what.first) + "-" + std::to_string(what.last);
}

/// Lines of cells in columns that are as wide as they have to be.
class table {
public:
  explicit table(std::vector<std::string> head) { add(std::move(head)); }

  void add(std::vector<std::string> cells) {
    widths_.resize(std::max(widths_.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], cells[i].size());
    lines_.push_back(std::move(cells));
  }

  friend std::ostream& operator<<(std::ostream& out, const table& what) {
    for (const auto& line : what.lines_) {
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (i + 1 == line.size())
          out << line[i];
        else
          out << std::left << std::setw(static_cast<int>(what.widths_[i]) + 2) << line[i];
      }
      out << '\n';
    }
    return out;
  }

private:
  std::vector<std::vector<std::string>> lines_;
  std::vector<std::size_t> widths_;
};

std::string reconnect_text(const std::vector<duration>& what) {
  if (what.empty())
    return "-";
  return std::to_string(what.size()) + ", at most " +
         std::to_string(milliseconds(*std::ranges::max_element(what))) + " ms";
}

std::string refusal_text(const publisher_balance& of) {
  std::string text;
  for (const auto& [why, count] : of.refusals)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " x " + why;
  return text;
}

std::string gap_text(const std::vector<gap>& gaps) {
  std::string text;
  for (std::size_t i = 0; i < gaps.size() && i < shown_gaps; ++i)
    text += (i == 0 ? "" : ", ") + gaps[i].publisher + gaps[i].channel + ":" +
            to_string(gaps[i].numbers);
  return gaps.size() > shown_gaps ? text + ", ..." : text;
}

json::array reconnect_array(const std::vector<duration>& what) {
  json::array result;
  for (const auto each : what)
    result.push_back(milliseconds(each));
  return result;
}

json::object to_object(const publisher_balance& of) {
  json::object refusals;
  for (const auto& [why, count] : of.refusals)
    refusals[why] = count;
  return {{"name", of.name},
          {"published", of.published},
          {"acknowledged", of.acknowledged},
          {"refused", of.refused},
          {"unknown", of.unknown},
          {"refusals", std::move(refusals)},
          {"reconnects_ms", reconnect_array(of.reconnects)}};
}

json::object to_object(const subscription_balance& of) {
  json::array gaps;
  for (const auto& each : of.gaps)
    gaps.push_back({{"publisher", each.publisher},
                    {"channel", each.channel},
                    {"first", each.numbers.first},
                    {"last", each.numbers.last}});
  return {{"name", of.name},
          {"channel", of.pattern},
          {"nodes", of.nodes},
          {"due", of.due},
          {"delivered", of.delivered},
          {"beyond", of.beyond},
          {"missing", of.missing},
          {"gaps", std::move(gaps)},
          {"duplicates", of.duplicates},
          {"reordered", of.reordered},
          {"reconnects_ms", reconnect_array(of.reconnects)}};
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array result;
  for (const auto& each : texts)
    result.emplace_back(each);
  return result;
}

} // namespace

std::uint64_t node_counts::loss(std::string_view reason) const {
  const auto found = losses.find(std::string{reason});
  return found == losses.end() ? 0 : found->second;
}

std::uint64_t node_counts::other_losses() const {
  std::uint64_t all = 0;
  for (const auto& [reason, count] : losses)
    all += count;
  return all - peer_losses();
}

std::uint64_t balance::published() const { return sum(publishers, &publisher_balance::published); }
std::uint64_t balance::acknowledged() const {
  return sum(publishers, &publisher_balance::acknowledged);
}
std::uint64_t balance::refused() const { return sum(publishers, &publisher_balance::refused); }
std::uint64_t balance::unknown() const { return sum(publishers, &publisher_balance::unknown); }
std::uint64_t balance::due() const { return sum(subscriptions, &subscription_balance::due); }
std::uint64_t balance::delivered() const {
  return sum(subscriptions, &subscription_balance::delivered);
}
std::uint64_t balance::missing() const {
  return sum(subscriptions, &subscription_balance::missing);
}
std::uint64_t balance::duplicates() const {
  return sum(subscriptions, &subscription_balance::duplicates);
}
std::uint64_t balance::reordered() const {
  return sum(subscriptions, &subscription_balance::reordered);
}

void check(balance& what) {
  auto& wrong = what.disagreements;
  wrong.clear();
  const auto never = [&](std::uint64_t count, const char* name) {
    if (count != 0)
      wrong.push_back(std::to_string(count) + " " + name);
  };
  never(what.duplicates(), "events came twice");
  never(what.reordered(), "events came out of order");
  never(what.refused_but_delivered, "events were delivered although they were refused");
  never(what.strangers, "events came that nobody published to that channel");

  const auto at_most = [&](std::uint64_t count, const char* name, std::uint64_t bound,
                           const char* bound_name) {
    if (count > bound)
      wrong.push_back(std::to_string(count) + " " + name + ", but " + bound_name + " only " +
                      std::to_string(bound));
  };
  const auto others = what.counted.other_losses();
  at_most(what.missing_locally, "events are missing at single subscribers", others,
          "losses of subscribers are counted");
  const auto spare = others - std::min(others, what.missing_locally);
  at_most(what.missing_at_peers, "events are missing at peers", what.counted.peer_losses() + spare,
          "losses of peers are counted");
  at_most(what.counted.loss("peer_down"), "losses are counted as peer_down",
          what.undelivered_at_peers, "events not delivered at peers are");
  if (!what.counted.published_is_known)
    return;
  at_most(what.acknowledged(), "events were acknowledged", what.counted.published,
          "published events are counted");
  at_most(what.counted.published, "published events are counted",
          what.acknowledged() + what.unknown(), "events that may have been taken are");
}

std::string to_table(const balance& what) {
  std::ostringstream out;
  table publishers{
      {"publisher", "published", "acknowledged", "refused", "unknown", "reconnects", "refusals"}};
  for (const auto& each : what.publishers)
    publishers.add({each.name, std::to_string(each.published), std::to_string(each.acknowledged),
                    std::to_string(each.refused), std::to_string(each.unknown),
                    reconnect_text(each.reconnects), refusal_text(each)});
  publishers.add({"sum", std::to_string(what.published()), std::to_string(what.acknowledged()),
                  std::to_string(what.refused()), std::to_string(what.unknown())});
  out << publishers << '\n';

  table subscriptions{{"subscriber", "channel", "nodes", "due", "delivered", "beyond", "missing",
                       "twice", "reordered", "reconnects", "which are missing"}};
  for (const auto& each : what.subscriptions)
    subscriptions.add({each.name, each.pattern, each.nodes, std::to_string(each.due),
                       std::to_string(each.delivered), std::to_string(each.beyond),
                       std::to_string(each.missing), std::to_string(each.duplicates),
                       std::to_string(each.reordered), reconnect_text(each.reconnects),
                       gap_text(each.gaps)});
  subscriptions.add({"sum", "", "", std::to_string(what.due()), std::to_string(what.delivered()),
                     "", std::to_string(what.missing()), std::to_string(what.duplicates()),
                     std::to_string(what.reordered())});
  out << subscriptions << '\n';

  table sums{{"event and node", "", "counted by the nodes", ""}};
  std::vector<std::pair<std::string, std::uint64_t>> left{
      {"missing at peers", what.missing_at_peers},
      {"lost with killed nodes", what.lost_with_nodes},
      {"missing at single subscribers", what.missing_locally},
      {"not delivered at peers, due or not", what.undelivered_at_peers}};
  std::vector<std::pair<std::string, std::uint64_t>> right;
  for (const auto& [reason, count] : what.counted.losses)
    if (count != 0 || reason.starts_with("peer_"))
      right.emplace_back("lost: " + reason, count);
  if (what.counted.published_is_known)
    right.emplace_back("published", what.counted.published);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i)
    sums.add({i < left.size() ? left[i].first : "",
              i < left.size() ? std::to_string(left[i].second) : "",
              i < right.size() ? right[i].first : "",
              i < right.size() ? std::to_string(right[i].second) : ""});
  out << sums << '\n';

  for (const auto& each : what.faults)
    out << each << '\n';
  for (const auto& each : what.disagreements)
    out << "disagreement: " << each << '\n';
  if (what.agrees())
    out << "the sums agree\n";
  return out.str();
}

std::string to_json(const balance& what) {
  json::array publishers;
  for (const auto& each : what.publishers)
    publishers.push_back(to_object(each));
  json::array subscriptions;
  for (const auto& each : what.subscriptions)
    subscriptions.push_back(to_object(each));
  json::object losses;
  for (const auto& [reason, count] : what.counted.losses)
    losses[reason] = count;
  return json::serialize(json::object{{"agrees", what.agrees()},
                                      {"published", what.published()},
                                      {"acknowledged", what.acknowledged()},
                                      {"refused", what.refused()},
                                      {"unknown", what.unknown()},
                                      {"due", what.due()},
                                      {"delivered", what.delivered()},
                                      {"missing", what.missing()},
                                      {"duplicates", what.duplicates()},
                                      {"reordered", what.reordered()},
                                      {"refused_but_delivered", what.refused_but_delivered},
                                      {"strangers", what.strangers},
                                      {"missing_at_peers", what.missing_at_peers},
                                      {"lost_with_nodes", what.lost_with_nodes},
                                      {"missing_locally", what.missing_locally},
                                      {"undelivered_at_peers", what.undelivered_at_peers},
                                      {"losses", std::move(losses)},
                                      {"publishers", std::move(publishers)},
                                      {"subscriptions", std::move(subscriptions)},
                                      {"faults", to_array(what.faults)},
                                      {"disagreements", to_array(what.disagreements)}});
}

} // namespace actormesh::ledger
