/// What publishers and subscribers have in common: a thread that connects again and again.
#pragma once

#include "tests/mesh/ledger/book.hpp"
#include "tests/mesh/ledger/place.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace actormesh::ledger {

/// Any thread: ends pauses of another one.
class interruption {
public:
  void raise();
  [[nodiscard]] bool raised() const noexcept { return raised_; }

  /// Returns early when it is raised.
  void pause(clock::duration limit);

private:
  std::atomic<bool> raised_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// How a client reaches its nodes.
struct client_options {
  std::string name = {};
  std::string key = {};
  /// It connects to the first one, and to the next when a connection breaks.
  std::vector<place> places = {};
  /// How long a node may take to answer before the client tries the next.
  std::chrono::milliseconds patience{2'000};
};

/// Calls a session again and again, each time with the next place, until it is stopped. A session
/// that throws has lost its connection.
class client {
public:
  /// What a session may say of itself.
  struct session {
    const place& where;
    /// The session serves its purpose: ends the time that reconnecting takes.
    std::function<void()> works;
  };

  explicit client(client_options options)
    : options_(std::move(options)) {}
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  virtual ~client() = default;

  [[nodiscard]] const client_options& options() const noexcept { return options_; }

  /// What ended the last session.
  [[nodiscard]] std::string last_error() const;

  /// Asks the client to end what it does.
  void stop() { stopping_.raise(); }

  /// Waits until it has; false if that takes longer than `limit`.
  [[nodiscard]] bool wait_for_end(clock::duration limit) {
    ended_.pause(limit);
    return ended_.raised();
  }

protected:
  virtual void run_session(const session& now) = 0;
  virtual void reconnected(clock::duration took) = 0;

  /// Last in a derived constructor, and in its destructor.
  void start();
  void finish();

  [[nodiscard]] bool is_stopping() const noexcept { return stopping_.raised(); }
  void pause(clock::duration limit) { stopping_.pause(limit); }

private:
  void run();

  client_options options_;
  interruption stopping_;
  interruption ended_;
  mutable std::mutex mutex_;
  std::string last_error_;
  std::thread thread_;
};

} // namespace actormesh::ledger
