/// One publish, from the call to its result.
#pragma once

#include "actors/client/include/actormesh/client_messages.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace actormesh::client {

/// Always comes to an end: one that is destroyed before was not sent. Not thread-safe.
class publish_call {
public:
  using callback = std::function<void(const publish_result&)>;

  publish_call(publish_request request, callback done)
    : what(std::move(request))
    , done_(std::move(done)) {}
  publish_call(const publish_call&) = delete;
  publish_call& operator=(const publish_call&) = delete;
  ~publish_call() { finish(outcome::left, "the client has left"); }

  void finish(const publish_result& result) {
    if (const auto done = std::exchange(done_, nullptr))
      done(result);
  }

  void finish(outcome how, std::string text) { finish({how, std::move(text), {}}); }

  /// What it takes in memory and on the wire, about.
  [[nodiscard]] std::size_t size() const noexcept {
    constexpr std::size_t overhead = 256;
    auto size = overhead + what.channel.size();
    for (const auto& each : what.events)
      size += each.size() + sizeof each;
    return size;
  }

  publish_request what;
  std::chrono::steady_clock::time_point deadline{};

private:
  callback done_; ///< Null once it was called.
};

} // namespace actormesh::client
