#include "bench/loadgen/client_pool.hpp"
#include "bench/loadgen/ledger.hpp"
#include "bench/loadgen/protocols.hpp"
#include "bench/loadgen/scenarios.hpp"
#include "bench/measure/clock.hpp"
#include "bench/measure/process_usage.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::bench {
namespace {

constexpr std::uint64_t stall_ns = 5'000'000'000;
constexpr std::uint64_t longest_wait_ns = 100'000'000;

/// One publisher, many subscribers.
class stream_run {
public:
  stream_run(const target_options& target, const stream_options& options);

  report measure();

private:
  void run_until(std::uint64_t end);

  /// Waits until nothing is missing, or until nothing more comes.
  void drain();

  void poll(std::uint64_t timeout_ns);
  void publish_due(std::uint64_t now);
  void append_publish(std::uint64_t now);
  [[nodiscard]] std::size_t room() const noexcept;
  [[nodiscard]] std::uint64_t missing() const noexcept { return expected_ - received_; }

  pid_t server_;
  pid_t publish_server_; ///< 0: the same.
  stream_options options_;
  std::unique_ptr<wire::protocol> subscribing_;
  std::unique_ptr<wire::protocol> publishing_;
  std::vector<std::string> channels_;
  client_pool pool_;
  std::optional<ledger> ledger_; ///< With a window and one channel.
  std::string batch_;            ///< Publishes that leave with the next write.
  std::uint64_t published_ = 0;
  std::uint64_t expected_ = 0; ///< Deliveries that the publishes so far should cause.
  std::uint64_t received_ = 0;
  std::uint64_t received_at_ = 0;
  std::uint64_t next_due_ = 0;   ///< With a rate: when the next publish should leave.
  std::uint64_t interval_ = 0;   ///< With a rate: between two publishes.
  std::uint64_t worst_late_ = 0; ///< With a rate: how late a publish left, at worst.
};

stream_run::stream_run(const target_options& target, const stream_options& options)
  : server_{target.pid}
  , publish_server_{target.publish_pid}
  , options_{options}
  , subscribing_{subscriber_protocol(target)}
  , publishing_{publisher_protocol(target)}
  , pool_{target.server, target.idle} {
  for (std::size_t i = 0; i < options.channels; ++i)
    channels_.push_back(channel_name(target, i, options.channels));
  pool_.open_all(options.connections, target.at_once, *subscribing_,
                 [this](std::size_t number) { return channels_[number % channels_.size()]; });
  if (target.publish_server)
    pool_.server(*target.publish_server);
  pool_.open_all(1, 1, *publishing_, [](std::size_t) { return std::string{}; });
  if (options.rate > 0) {
    interval_ = seconds_to_ns(1 / options.rate);
  } else if (options.channels == 1) {
    ledger_.emplace(options.connections, options.window);
  }
}

report stream_run::measure() {
  next_due_ = received_at_ = now_ns();
  run_until(now_ns() + seconds_to_ns(options_.warmup));

  pool_.latency().clear();
  worst_late_ = 0;
  const auto published_before = published_;
  const auto received_before = received_;
  const stopwatch watch{server_, pool_};
  const auto server = usage_of(server_).cpu_ns;
  const auto publisher = publish_server_ != 0 ? usage_of(publish_server_).cpu_ns : 0;
  run_until(now_ns() + seconds_to_ns(options_.duration));
  report found;
  watch.finish(found, received_ - received_before);
  const auto published = published_ - published_before;
  found.add("publishes", static_cast<double>(published));
  const auto us_per_publish = [&](pid_t process, std::uint64_t before) {
    return static_cast<double>(usage_of(process).cpu_ns - before) / 1e3 /
           static_cast<double>(std::max<std::uint64_t>(published, 1));
  };
  found.add("server_us_per_publish", us_per_publish(server_, server));
  if (publish_server_ != 0)
    found.add("publish_server_us_per_publish", us_per_publish(publish_server_, publisher));
  found.add_quantiles("latency", pool_.latency());
  found.add("worst_publish_lateness_us", ns_to_us(worst_late_));

  drain();
  found.add("lost", static_cast<double>(missing()));
  return found;
}

void stream_run::run_until(std::uint64_t end) {
  for (auto now = now_ns(); now < end; now = now_ns()) {
    publish_due(now);
    auto wait = std::min(end - now, longest_wait_ns);
    if (interval_ != 0)
      wait = std::min(wait, next_due_ - now);
    poll(wait);
    if (missing() != 0 && now > received_at_ + stall_ns)
      throw wire::protocol_error{std::to_string(missing()) + " events don't arrive"};
  }
}

void stream_run::drain() {
  received_at_ = now_ns();
  while (missing() != 0 && now_ns() < received_at_ + stall_ns)
    poll(longest_wait_ns);
}

void stream_run::poll(std::uint64_t timeout_ns) {
  const auto before = received_;
  pool_.poll(timeout_ns, [this](const client& from, const wire::intake& found) {
    received_ += found.events;
    if (ledger_ && found.events != 0)
      ledger_->receive(from.number, found.events);
  });
  if (received_ != before)
    received_at_ = now_ns();
}

void stream_run::publish_due(std::uint64_t now) {
  if (missing() == 0)
    received_at_ = now; // a stall is counted from the first publish that misses somebody
  if (interval_ == 0) {
    for (auto left = room(); left > 0; --left)
      append_publish(now);
  }
  while (interval_ != 0 && next_due_ <= now) {
    worst_late_ = std::max(worst_late_, now - next_due_);
    append_publish(now);
    next_due_ += interval_;
  }
  if (!batch_.empty())
    pool_.send(pool_.at(options_.connections), batch_);
  batch_.clear();
}

void stream_run::append_publish(std::uint64_t now) {
  const auto channel = published_ % channels_.size();
  publishing_->append_publish(batch_, channels_[channel], published_, now);
  ++published_;
  // Connection i subscribes to channel i modulo their number, so the first channels may have more.
  expected_ += (options_.connections + channels_.size() - 1 - channel) / channels_.size();
  if (ledger_)
    ledger_->publish();
}

std::size_t stream_run::room() const noexcept {
  if (ledger_)
    return ledger_->room();
  const auto in_flight = static_cast<std::size_t>(missing());
  return options_.window - std::min(options_.window, in_flight);
}

} // namespace

report run_stream(const target_options& target, const stream_options& options) {
  return stream_run{target, options}.measure();
}

} // namespace actormesh::bench
