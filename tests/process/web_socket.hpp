/// A WebSocket client whose frames may have any bits.
#pragma once

#include "tests/process/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::process {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// A frame of the client.
struct sent_frame {
  opcode what = opcode::text;
  std::string_view payload = {};
  bool fin = true;
  bool masked = true;
  std::uint8_t reserved = 0; ///< RSV bits, 4 is RSV1.
};

/// A frame of the node.
struct received_frame {
  opcode what = opcode::text;
  std::string payload;
  bool compressed = false;
};

/// The header-… sub-protocol with a key.
[[nodiscard]] std::string header_protocol(std::string_view key);

/// A request for a WebSocket. `headers` are whole lines.
[[nodiscard]] std::string upgrade_request(std::string_view headers,
                                          std::string_view target = "/event/realtime");

/// The upgrade of a client with the key of every node, in the sub-protocol.
[[nodiscard]] std::string authorized_upgrade(std::string_view more_headers = {},
                                             std::string_view target = "/event/realtime");

class web_socket {
public:
  struct options {
    std::string request = authorized_upgrade();
    int receive_buffer = 0;
    std::chrono::milliseconds patience = process::patience;
  };

  /// Connects; throws unless the answer is 101.
  explicit web_socket(std::uint16_t port, const options& how);
  explicit web_socket(std::uint16_t port)
    : web_socket(port, options{}) {}

  [[nodiscard]] const http_answer& answer() const noexcept { return answer_; }
  [[nodiscard]] raw_client& socket() noexcept { return socket_; }

  void send(const sent_frame& what);
  void send_text(std::string_view text) { send({.payload = text}); }

  [[nodiscard]] received_frame read_frame();

  /// The payload of the next frame; throws unless it is a text.
  [[nodiscard]] std::string read_text();

  /// The code of the next frame; throws unless it closes. 1005 is a close without a code.
  [[nodiscard]] unsigned read_close();

  /// Sends a text and reads the next one.
  [[nodiscard]] std::string ask(std::string_view text);

  /// Subscribes, and throws unless that succeeds.
  void subscribe(std::string_view id, std::string_view channel);

  /// The event of the next frame, as it was published; throws unless it belongs to `id`.
  [[nodiscard]] std::string read_event(std::string_view id);

  /// Throws if anything came before the answer to a ping that is sent now.
  void require_silence();

private:
  raw_client socket_;
  http_answer answer_;
};

/// Operations as clients write them, with the key of every node.
[[nodiscard]] std::string subscribe_text(std::string_view id, std::string_view channel);
[[nodiscard]] std::string publish_text(std::string_view id, std::string_view channel,
                                       const std::vector<std::string>& events);
[[nodiscard]] std::string unsubscribe_text(std::string_view id);

} // namespace actormesh::process
