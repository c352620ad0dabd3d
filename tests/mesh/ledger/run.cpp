#include "tests/mesh/ledger/run.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace actormesh::ledger {

namespace {

using std::chrono::milliseconds;

/// Between two looks at the book.
constexpr milliseconds look_interval{10};

/// Events that nothing was heard of for so long, after later ones have come, do not come.
constexpr milliseconds last_moment{300};

void wait_until(const std::function<bool()>& reached, const std::function<std::string()>& what) {
  const auto until = clock::now() + run::limit;
  while (!reached()) {
    if (clock::now() > until)
      throw std::runtime_error{what()};
    std::this_thread::sleep_for(look_interval);
  }
}

} // namespace

void run::fill_in(client_options& options, std::string_view kind, std::size_t number) const {
  if (options.name.empty())
    options.name = std::string{kind} + std::to_string(number);
  if (options.key.empty())
    options.key = key_;
}

publisher& run::publish(publisher_options options) {
  fill_in(options.client, "p", ++publishers_made_);
  return *publishers_.emplace_back(std::make_unique<publisher>(std::move(options), book_));
}

subscriber& run::subscribe(subscriber_options options) {
  fill_in(options.client, "s", subscribers_.size() + 1);
  return *subscribers_.emplace_back(std::make_unique<subscriber>(std::move(options), book_));
}

void run::wait_until_subscribed() {
  for (const auto& each : subscribers_)
    wait_until(
        [&] { return book_.is_subscribed(each->id()); },
        [&] { return each->options().name + " is not subscribed; last: " + each->last_error(); });
}

void run::wait_for_acknowledged(std::uint64_t more) {
  const auto wanted = book_.acknowledged() + more;
  wait_until([&] { return book_.acknowledged() >= wanted; },
             [&] {
               return "only " + std::to_string(book_.acknowledged()) + " of " +
                      std::to_string(wanted) + " events are acknowledged" + last_errors();
             });
}

void run::wait_for_refused(std::uint64_t more) {
  const auto wanted = book_.refused() + more;
  wait_until([&] { return book_.refused() >= wanted; },
             [&] {
               return "only " + std::to_string(book_.refused()) + " of " + std::to_string(wanted) +
                      " events are refused" + last_errors();
             });
}

std::string run::last_errors() const {
  std::string text;
  for (const auto& each : publishers_)
    text += "; " + each->options().name + ": " + each->last_error();
  return text;
}

void run::wait_for_publishers() {
  for (const auto& each : publishers_)
    if (!each->wait_for_end(limit))
      throw std::runtime_error{each->options().name + " does not end: " + each->last_error()};
}

void run::stop_publishing() {
  for (const auto& each : publishers_)
    each->stop();
  wait_for_publishers();
  publishers_.clear();
}

void run::settle(const std::vector<place>& nodes) {
  const auto channels = book_.channels();
  if (channels.empty())
    return;
  for (const auto& node : nodes) {
    publisher_options last;
    last.client.name = "last-" + std::to_string(++publishers_made_) + "-" + node.node;
    last.client.key = key_;
    last.client.places = {node};
    last.channels = {channels.begin(), channels.end()};
    last.events = channels.size();
    publishers_.push_back(std::make_unique<publisher>(std::move(last), book_));
  }
  wait_for_publishers();
  for (const auto& each : publishers_)
    wait_until([&] { return book_.missing_of(each->id()) == 0; },
               [&] {
                 return std::to_string(book_.missing_of(each->id())) + " events of " +
                        each->options().name + " never came";
               });
  publishers_.clear();
  auto arrived = book_.arrived();
  auto since = clock::now();
  wait_until(
      [&] {
        if (const auto now = book_.arrived(); now != arrived) {
          arrived = now;
          since = clock::now();
        }
        return book_.close({}).missing() == 0 || clock::now() - since > last_moment;
      },
      [] { return "events come without an end"; });
}

balance run::finish() {
  stop_publishing();
  for (const auto& each : subscribers_)
    each->stop();
  auto result = book_.close(counters_.finish());
  subscribers_.clear();
  return result;
}

} // namespace actormesh::ledger
