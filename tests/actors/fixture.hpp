/// Loops without threads: a test runs their turns itself.
#pragma once

#include "actors/connection.hpp"
#include "actors/directory.hpp"
#include "actors/loop.hpp"
#include "actors/system.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::test {

/// One actor system for the whole run: CAF takes a while to start one. Never destroyed, since at
/// exit the thread-local logger that its destructor uses is gone already.
inline caf::actor_system& system() {
  static auto* const runtime = new actor_runtime;
  return runtime->system();
}

/// Writes down what a connection is told.
class recording_edge final : public edge {
public:
  std::vector<std::string> said;
  std::size_t turns = 0;

  void subscribed(const subscription& what) override { said.push_back("subscribed " + what.id); }

  void deliver(const subscription& what, const event_batch& batch) override {
    std::string line = what.id + ":";
    for (const auto& each : batch.events())
      line.append(" ").append(each->payload());
    said.push_back(line);
  }

  void turn_ended() override { ++turns; }

  /// What was said since the last call.
  std::vector<std::string> take() { return std::exchange(said, {}); }
};

/// A connection with its edge at hand.
struct test_connection {
  spawned<connection> actor;
  recording_edge* wire = nullptr;

  [[nodiscard]] connection::subscribe_result
  subscribe(std::string id, std::string_view key,
            config::slow_consumer_policy policy = config::slow_consumer_policy::disconnect) const {
    return actor.object->subscribe({std::move(id), key, policy, nullptr});
  }
};

/// Some loops of one node, driven by hand.
class test_loops {
public:
  explicit test_loops(std::size_t count, const directory::limits& limits = {},
                      const loop::budget& bounds = {}) {
    std::vector<caf::strong_actor_ptr> all;
    for (std::size_t i = 0; i < count; ++i) {
      loops_.push_back(std::make_unique<loop>(
          system(), i, [] {}, bounds));
      directories_.push_back(spawn_on<directory>(*loops_.back(), limits));
      all.push_back(directories_.back().handle);
    }
    for (const auto& each : directories_)
      each.object->connect(all);
    settle();
  }

  test_loops(const test_loops&) = delete;
  test_loops& operator=(const test_loops&) = delete;

  ~test_loops() {
    for (const auto& each : connections_) {
      at(each.object->home().index());
      each.object->closed();
    }
    settle();
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      at(i);
      directories_[i].object->clear();
    }
    for (const auto& each : directories_)
      tell_to_exit(each.handle);
    settle();
  }

  /// Makes loop `i` the calling thread's own, as if the test ran on it.
  loop& at(std::size_t i) {
    loops_[i]->bind_to_this_thread();
    return *loops_[i];
  }

  directory& channels(std::size_t i) {
    at(i);
    return *directories_[i].object;
  }

  /// One turn of one loop.
  bool turn(std::size_t i) { return at(i).finish_turn(); }

  /// Turns of all loops until nothing is left to do anywhere.
  void settle() {
    for (auto quiet = std::size_t{0}; quiet < 2 * loops_.size() + 2; ++quiet)
      for (std::size_t i = 0; i < loops_.size(); ++i)
        if (turn(i))
          quiet = 0;
  }

  test_connection connect(std::size_t i, connection::limits limits = {}) {
    auto made = spawn_on<connection>(at(i), limits);
    auto wire = std::make_unique<recording_edge>();
    auto* seen = wire.get();
    made.object->begin(std::move(wire));
    connections_.push_back(made);
    return {std::move(made), seen};
  }

  bool publish(std::size_t i, std::string_view key, const std::vector<std::string>& payloads) {
    std::vector<event_ptr> events;
    for (const auto& each : payloads)
      events.emplace_back(caf::make_counted<event>(each, std::chrono::steady_clock::now()));
    return channels(i).publish(caf::make_counted<event_batch>(std::string{key}, std::move(events)));
  }

private:
  std::vector<std::unique_ptr<loop>> loops_;
  std::vector<spawned<directory>> directories_;
  std::vector<spawned<connection>> connections_;
};

using lines = std::vector<std::string>;

} // namespace actormesh::test
