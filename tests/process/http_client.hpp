/// HTTP requests as text, and their answers.
#pragma once

#include "tests/process/raw_client.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::process {

struct http_answer {
  unsigned status = 0;
  std::string head; ///< Status line and headers.
  std::string body;

  /// The value of a header by its name in any case; empty if it is not there.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
};

/// Headers and all, with a length for a body that is not empty or that POST asks for. `headers`
/// are whole lines with their ends.
[[nodiscard]] std::string http_request(std::string_view method, std::string_view target,
                                       std::string_view headers = {}, std::string_view body = {});

/// The header line with the key of every node.
[[nodiscard]] std::string key_line();

/// `{"channel":…,"events":[…]}`; the events are JSON texts.
[[nodiscard]] std::string publish_body(std::string_view channel,
                                       const std::vector<std::string>& events);

/// The whole request that publishes.
[[nodiscard]] std::string publish_request(std::string_view channel,
                                          const std::vector<std::string>& events,
                                          std::string_view target = "/event");

/// Quotes and escapes a text.
[[nodiscard]] std::string json_string(std::string_view text);

/// The text of a JSON string that is given without its quotation marks.
[[nodiscard]] std::string unescaped(std::string_view text);

/// Replaces each UUID by the word UUID.
[[nodiscard]] std::string without_uuids(std::string text);

class http_client {
public:
  explicit http_client(std::uint16_t port, std::chrono::milliseconds limit = patience)
    : socket_(port, {.patience = limit}) {}

  [[nodiscard]] raw_client& socket() noexcept { return socket_; }

  void send(std::string_view bytes) { socket_.send(bytes); }

  [[nodiscard]] http_answer read_answer(std::string_view method = "POST");

  /// Sends a request and reads its answer.
  [[nodiscard]] http_answer ask(std::string_view request, std::string_view method = "POST");

  /// Publishes, and throws if not every event was taken.
  void publish(std::string_view channel, const std::vector<std::string>& events);

private:
  raw_client socket_;
};

} // namespace actormesh::process
