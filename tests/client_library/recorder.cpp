#include "tests/client_library/recorder.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace actormesh::client_tests {

using process::patience;

namespace {

struct runtime {
  caf::actor_system_config config;
  caf::actor_system system;

  runtime()
    : system((client::prepare(config), config)) {}
};

} // namespace

caf::actor_system& system() {
  static auto* const made = new runtime;
  return made->system;
}

recorder::recorder()
  : actor_(system().spawn([in = book_](caf::event_based_actor*) { return behave(in); })) {}

recorder::~recorder() {
  go_on();
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

caf::behavior recorder::behave(std::shared_ptr<book> in) {
  return {
      [in](const client::subscribed& what) { write(*in, "subscribed " + what.channel); },
      [in](const client::resubscribed& what) { write(*in, "resubscribed " + what.channel); },
      [in](const client::event_message& what) {
        {
          std::unique_lock guard{in->mutex};
          in->changed.wait(guard, [&] { return !in->stalled; });
        }
        for (const auto& payload : what.payloads)
          write(*in, what.channel + ' ' + payload);
      },
      [in](const client::losses& what) { write(*in, "lost " + std::to_string(what.events)); },
      [in](const client::subscription_ended& what) {
        write(*in, "ended " + what.channel + ' ' + to_string(what.why));
      },
      [in](const client::state_changed& what) {
        write(*in, to_string(what.state) + (what.node.empty() ? "" : ' ' + what.node));
      },
  };
}

void recorder::write(book& in, std::string line) {
  {
    const std::lock_guard guard{in.mutex};
    in.lines.push_back(std::move(line));
  }
  in.changed.notify_all();
}

std::size_t recorder::wait_for(const std::function<bool(const std::string&)>& wanted,
                               std::string_view what) {
  std::unique_lock guard{book_->mutex};
  auto& lines = book_->lines;
  auto at = book_->read;
  const auto came = book_->changed.wait_for(guard, patience, [&] {
    while (at < lines.size() && !wanted(lines[at]))
      ++at;
    return at < lines.size();
  });
  if (!came) {
    std::string text = "expected: " + std::string{what} + "; came:";
    for (auto i = book_->read; i < lines.size(); ++i)
      text += "\n  " + lines[i].substr(0, 100);
    throw std::runtime_error{text};
  }
  return at;
}

std::vector<std::string> recorder::read_to(std::string_view line) {
  const auto at = wait_for([&](const std::string& each) { return each == line; }, line);
  const std::lock_guard guard{book_->mutex};
  const auto from = std::exchange(book_->read, at + 1);
  const auto begin = book_->lines.begin();
  return {begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(at)};
}

std::string recorder::next() { return next_like({}); }

std::string recorder::next_like(std::string_view start) {
  const auto at = wait_for([&](const std::string& each) { return each.starts_with(start); }, start);
  const std::lock_guard guard{book_->mutex};
  book_->read = at + 1;
  return book_->lines[at];
}

std::size_t recorder::waiting() const {
  const std::lock_guard guard{book_->mutex};
  return book_->lines.size() - book_->read;
}

void recorder::stall() {
  const std::lock_guard guard{book_->mutex};
  book_->stalled = true;
}

void recorder::go_on() {
  {
    const std::lock_guard guard{book_->mutex};
    book_->stalled = false;
  }
  book_->changed.notify_all();
}

client::publish_result get(std::future<client::publish_result> from) {
  if (from.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error{"a publish did not end"};
  return from.get();
}

} // namespace actormesh::client_tests
