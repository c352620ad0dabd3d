#include "tests/mesh/ledger/publisher.hpp"

#include "tests/mesh/ledger/publish_wire.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace actormesh::ledger {

namespace {

using std::chrono::milliseconds;

/// How often a waiting publisher looks whether it should stop.
constexpr milliseconds look_interval{20};

/// A node that refuses is not asked again at once.
constexpr milliseconds refusal_pause{5};

/// A publisher that could not keep its rate for longer than that does not catch up.
constexpr milliseconds largest_delay{200};

} // namespace

publisher::publisher(publisher_options options, book& into)
  : client(options.client)
  , how_(std::move(options))
  , book_(into)
  , id_(into.add_publisher(how_.client.name)) {
  start();
}

publisher::~publisher() { finish(); }

void publisher::reconnected(clock::duration took) { book_.reconnected(id_, took); }

bool publisher::has_more() const {
  return !is_stopping() && (how_.events == 0 || events_ < how_.events);
}

void publisher::run_session(const session& now) {
  const auto wire = connect(how_.how, now.where, how_.client);
  book_.open_connection(id_, now.where.node);
  try {
    exchange(*wire, now);
  } catch (...) {
    give_up();
    throw;
  }
}

void publisher::exchange(publish_wire& with, const session& now) {
  for (;;) {
    const auto sending = has_more();
    if (!sending && flights_.empty())
      return stop();
    const auto time = clock::now();
    const auto has_room = sending && flights_.size() < how_.in_flight;
    if (has_room && time >= due_) {
      send_next(with);
      continue;
    }
    auto wait = look_interval;
    if (has_room)
      wait = std::min(wait, std::chrono::ceil<milliseconds>(due_ - time));
    if (with.wait_for_input(wait))
      take_answer(with, now);
    else if (!flights_.empty() && clock::now() - flights_.front().sent > how_.client.patience)
      throw std::runtime_error{"no answer to a publish"};
  }
}

void publisher::send_next(publish_wire& with) {
  const auto& channel = how_.channels[publishes_ % how_.channels.size()];
  auto count = static_cast<std::uint64_t>(how_.events_per_publish);
  if (how_.events != 0)
    count = std::min(count, how_.events - events_);
  flight made{.id = publishes_++, .events = {}, .sent = clock::now()};
  std::vector<std::string> events;
  for (std::uint64_t i = 0; i < count; ++i) {
    made.events.push_back(book_.publish(id_, channel, made.sent));
    events.push_back(to_event(made.events.back(), how_.event_bytes));
  }
  events_ += count;
  if (how_.publishes_per_second > 0) {
    const auto step = std::chrono::duration_cast<clock::duration>(
        std::chrono::duration<double>(1 / how_.publishes_per_second));
    due_ = std::max(due_ + step, made.sent - largest_delay);
  }
  const auto id = made.id;
  flights_.push_back(std::move(made));
  with.send(id, channel, events);
}

void publisher::take_answer(publish_wire& with, const session& now) {
  const auto answer = with.read();
  if (!answer)
    return;
  const auto found =
      std::ranges::find_if(flights_, [&](const flight& each) { return each.id == answer->id; });
  if (found == flights_.end())
    throw std::runtime_error{"an answer to nothing"};
  for (const auto& each : found->events) {
    book_.settle(each, answer->is_success ? outcome::acknowledged : outcome::refused);
    if (!answer->is_success)
      book_.note_refusal(id_, answer->refusal);
  }
  flights_.erase(found);
  if (answer->is_success)
    return now.works();
  due_ = std::max(due_, clock::now() + refusal_pause);
}

void publisher::give_up() {
  for (const auto& each : flights_)
    for (const auto& event : each.events)
      book_.settle(event, outcome::unknown);
  flights_.clear();
}

} // namespace actormesh::ledger
