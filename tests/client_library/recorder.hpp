/// Actors that write down what they are told, and tests that wait for it.
#pragma once

#include "tests/process/program.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <actormesh/client.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::client_tests {

/// One actor system with the library for the whole run. Never destroyed: CAF's loggers are gone at
/// exit.
[[nodiscard]] caf::actor_system& system();

/// An actor, and the lines that it has written:
///
///     connected a
///     subscribed /default/a
///     resubscribed /default/a
///     /default/a 42
///     lost 3
///     ended /default/a unauthorized
class recorder {
public:
  recorder();
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;
  ~recorder();

  [[nodiscard]] const caf::actor& actor() const noexcept { return actor_; }

  /// Waits for a line from where the last call ended, and returns the lines before it.
  std::vector<std::string> read_to(std::string_view line);

  /// The next line.
  std::string next();

  /// The next line that begins so, whatever comes before.
  std::string next_like(std::string_view start);

  /// Lines that have not been read.
  [[nodiscard]] std::size_t waiting() const;

  /// The actor stops at its next event, until `go_on`.
  void stall();
  void go_on();

private:
  struct book {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    std::size_t read = 0;
    bool stalled = false;
  };

  static caf::behavior behave(std::shared_ptr<book> in);
  static void write(book& in, std::string line);
  std::size_t wait_for(const std::function<bool(const std::string&)>& wanted,
                       std::string_view what);

  std::shared_ptr<book> book_ = std::make_shared<book>();
  caf::actor actor_;
};

/// A future that comes within `patience`.
[[nodiscard]] client::publish_result get(std::future<client::publish_result> from);

} // namespace actormesh::client_tests
