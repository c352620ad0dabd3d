#include "bench/loadgen/client_pool.hpp"
#include "bench/loadgen/protocols.hpp"
#include "bench/loadgen/scenarios.hpp"
#include "bench/measure/clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace actormesh::bench {
namespace {

constexpr std::uint64_t stall_ns = 5'000'000'000;
constexpr std::uint64_t longest_wait_ns = 100'000'000;

/// Many publishers, nobody who listens.
class publish_run {
public:
  publish_run(const target_options& target, const publish_options& options)
    : target_{target}
    , options_{options}
    , publishing_{publisher_protocol(target)}
    , pool_{target.server, target.idle}
    , sent_at_(options.connections, std::vector<std::uint64_t>(options.depth))
    , answered_(options.connections, 0) {
    pool_.open_all(options.connections, target.at_once, *publishing_,
                   [](std::size_t) { return std::string{}; });
  }

  report measure() {
    for (std::size_t i = 0; i < options_.connections; ++i)
      publish(pool_.at(i), 0, options_.depth);
    run_until(now_ns() + seconds_to_ns(options_.warmup));
    answer_time_.clear();
    const auto before = accepted_;
    const stopwatch watch{target_.pid, pool_};
    run_until(now_ns() + seconds_to_ns(options_.duration));
    report found;
    watch.finish(found, accepted_ - before);
    found.add_quantiles("latency", answer_time_);
    return found;
  }

private:
  void run_until(std::uint64_t end) {
    auto last_answer = now_ns();
    for (auto now = last_answer; now < end; now = now_ns()) {
      const auto before = accepted_;
      pool_.poll(longest_wait_ns, [this](client& from, const wire::intake& found) {
        take_answers(from, found.accepted);
      });
      if (accepted_ != before) {
        last_answer = now;
      } else if (now > last_answer + stall_ns) {
        throw wire::protocol_error{"publishes are not answered"};
      }
    }
  }

  /// Counts the answers and sends as many new requests.
  void take_answers(client& from, std::uint64_t count) {
    const auto now = now_ns();
    auto& answered = answered_[from.number];
    const auto first = answered;
    for (const auto end = answered + count; answered != end; ++answered)
      answer_time_.record(now - sent_at_[from.number][answered % options_.depth]);
    accepted_ += count;
    publish(from, first, count);
  }

  void publish(client& from, std::uint64_t first, std::uint64_t count) {
    const auto now = now_ns();
    for (auto number = first; number != first + count; ++number) {
      sent_at_[from.number][number % options_.depth] = now;
      publishing_->append_publish(batch_, target_.channel, number, now);
    }
    pool_.send(from, batch_);
    batch_.clear();
  }

  target_options target_;
  publish_options options_;
  std::unique_ptr<wire::protocol> publishing_;
  client_pool pool_;
  std::string batch_;                               ///< Requests that leave with the next write.
  std::vector<std::vector<std::uint64_t>> sent_at_; ///< By connection and place in flight.
  std::vector<std::uint64_t> answered_;             ///< By connection.
  std::uint64_t accepted_ = 0;
  histogram answer_time_;
};

} // namespace

report run_publish(const target_options& target, const publish_options& options) {
  return publish_run{target, options}.measure();
}

} // namespace actormesh::bench
