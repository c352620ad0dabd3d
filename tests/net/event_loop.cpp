#include "net/event_loop.hpp"

#include "actors/system.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

using namespace actormesh;

namespace {

caf::actor_system& actor_system() {
  static auto* const runtime = new actor_runtime; // Outlives the thread-locals its end needs.
  return runtime->system();
}

/// Counts what it is told.
class listener final : public net::client {
public:
  std::size_t told = 0;
  std::size_t drained = 0;
  std::function<void()> react = [] {};

  void drain() override {
    ++drained;
    unlink();
  }
  void cut_off() override {}
  void settings_changed() override {
    ++told;
    react();
  }
};

struct crowd {
  net::event_loop loop{actor_system(), 0, {}};
  std::vector<std::unique_ptr<listener>> clients;

  explicit crowd(std::size_t size) {
    loop.actors().bind_to_this_thread();
    loop.channels().object->connect({loop.channels().handle});
    for (std::size_t i = 0; i < size; ++i)
      loop.add(*clients.emplace_back(std::make_unique<listener>()));
  }

  ~crowd() {
    loop.io().restart(); // It has run out of work.
    loop.stop();
    loop.run();
  }

  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// What has been posted so far.
  void turn() {
    loop.io().restart();
    loop.io().poll();
  }

  [[nodiscard]] std::size_t told() const {
    std::size_t sum = 0;
    for (const auto& each : clients)
      sum += each->told;
    return sum;
  }
};

} // namespace

SCENARIO("clients are told of new settings, each once and a slice at a time") {
  crowd all{1000};
  all.loop.settings_changed();
  CHECK(all.told() == 256); // The others after whatever waits.

  GIVEN("time") {
    all.turn();
    CHECK(all.told() == 1000);
  }
  GIVEN("another change before all have been told") {
    all.loop.settings_changed();
    all.turn();
    // Those that knew of the first are told of the second; nobody else needs to hear of both.
    CHECK(all.told() == 1256);
    for (const auto& each : all.clients)
      REQUIRE(each->told >= 1);
  }
  GIVEN("clients that end because of it, or meanwhile") {
    for (const auto& each : all.clients)
      each->react = [who = each.get()] { who->unlink(); };
    all.clients.erase(all.clients.begin() + 300);
    all.turn();
    CHECK(all.told() == 999);
  }
  GIVEN("a node that stops before all have been told") {
    all.loop.drain();
    all.turn();
    for (const auto& each : all.clients)
      REQUIRE(each->drained == 1);
  }
}
