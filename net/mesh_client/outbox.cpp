#include "net/mesh_client/outbox.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace actormesh::mesh_client {

namespace {

using config::slow_consumer_policy;
using telemetry::loss_reason;

/// Frames of events are closed when they have got this large.
constexpr std::size_t events_frame_size = 128 * 1024;

/// What an event takes beside its payload, in memory or on the wire, about.
constexpr std::size_t event_overhead = 32;

/// What a part takes beside its events, at most: numbers and the channel's path.
constexpr std::size_t part_overhead = 512;

std::size_t size_of(const event_ptr& what) noexcept {
  return what->payload().size() + event_overhead;
}

/// The path behind the API's name in a channel's key.
std::string_view path_of(std::string_view key) noexcept { return key.substr(key.find('/')); }

} // namespace

void outbox::push(mesh::client_answer&& what) {
  answer_bytes_ += size_of(what);
  items_.emplace_back(std::move(what));
}

outbox::status outbox::push(const mesh::client_events& what) {
  const auto& events = what.batch->events();
  waiting_events run{what, 0, 0};
  const auto close_run = [&](std::size_t next) {
    if (run.next != run.end)
      items_.emplace_back(run);
    run.next = run.end = next;
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto size = size_of(events[i]);
    if (!fits(size)) {
      switch (what.policy) {
      case slow_consumer_policy::disconnect:
        close_run(i);
        counters_.lost(loss_reason::slow_consumer_disconnected).add(events.size() - i);
        return status::refused;
      case slow_consumer_policy::drop_newest:
        break;
      case slow_consumer_policy::drop_oldest:
        close_run(i); // It may be the oldest.
        while (!fits(size) && drop_oldest()) {
        }
        break;
      }
      if (!fits(size)) {
        close_run(i + 1);
        lose(what.subscription, loss_reason::slow_consumer_dropped_newest);
        continue;
      }
    }
    event_bytes_ += size;
    run.end = i + 1;
  }
  close_run(events.size());
  return status::taken;
}

bool outbox::drop_oldest() {
  const auto oldest = std::ranges::find_if(
      items_, [](const item& each) { return std::holds_alternative<waiting_events>(each); });
  if (oldest == items_.end())
    return false;
  auto& from = std::get<waiting_events>(*oldest);
  event_bytes_ -= size_of(from.what.batch->events()[from.next]);
  lose(from.what.subscription, loss_reason::slow_consumer_dropped_oldest);
  if (++from.next == from.end)
    items_.erase(oldest);
  return true;
}

void outbox::lose(std::uint64_t subscription, loss_reason why, std::uint64_t number) {
  counters_.lost(why).add(number);
  untold_[subscription] += number;
}

std::uint64_t outbox::take_untold(std::uint64_t subscription) {
  const auto found = untold_.find(subscription);
  if (found == untold_.end())
    return 0;
  const auto number = found->second;
  untold_.erase(found);
  return number;
}

std::size_t outbox::write(caf::byte_buffer& out, std::size_t frame_bytes) {
  if (!items_.empty()) {
    if (auto* answer = std::get_if<mesh::client_answer>(&items_.front())) {
      answer_bytes_ -= size_of(*answer);
      mesh::append_frame(out, std::move(*answer));
      items_.pop_front();
      return 0;
    }
  } else if (untold_.empty()) {
    return 0;
  }
  return write_events(out, frame_bytes);
}

std::size_t outbox::write_events(caf::byte_buffer& out, std::size_t frame_bytes) {
  const auto place = mesh::begin_frame(out, mesh::frame_type::client_events);
  const auto limit = std::min(events_frame_size, frame_bytes);
  std::size_t written = 0;
  auto parts = false;
  while (!items_.empty()) {
    auto* waiting = std::get_if<waiting_events>(&items_.front());
    if (waiting == nullptr)
      break;
    const auto& events = waiting->what.batch->events();
    auto size = out.size() - place + part_overhead;
    auto end = waiting->next;
    std::size_t bytes = 0;
    for (; end < waiting->end; ++end) {
      const auto each = size_of(events[end]);
      const auto alone = written == 0 && end == waiting->next;
      if (size + each > (alone ? frame_bytes : limit))
        break;
      size += each;
      bytes += each;
    }
    if (end == waiting->next) {
      if (written != 0)
        break; // The next frame begins with it.
      // Even alone it is larger than a frame may be.
      bytes = size_of(events[end]);
      lose(waiting->what.subscription, loss_reason::too_large);
      ++waiting->next;
    } else {
      mesh::append_client_events(
          out, {waiting->what.subscription, take_untold(waiting->what.subscription),
                path_of(waiting->what.batch->channel()),
                std::span{events}.subspan(waiting->next, end - waiting->next)});
      parts = true;
      written += end - waiting->next;
      waiting->next = end;
    }
    event_bytes_ -= bytes;
    if (waiting->next == waiting->end)
      items_.pop_front();
  }
  if (items_.empty()) {
    for (const auto& [subscription, number] : std::exchange(untold_, {})) {
      mesh::append_client_events(out, {subscription, number, {}, {}});
      parts = true;
    }
  }
  if (parts)
    mesh::end_frame(out, place);
  else
    out.resize(place);
  return written;
}

void outbox::abandon(loss_reason why) {
  for (const auto& each : std::exchange(items_, {}))
    if (const auto* waiting = std::get_if<waiting_events>(&each))
      counters_.lost(why).add(waiting->end - waiting->next);
  untold_.clear();
  answer_bytes_ = 0;
  event_bytes_ = 0;
}

} // namespace actormesh::mesh_client
