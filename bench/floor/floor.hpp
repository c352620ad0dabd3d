/// The floor: the least work that can deliver events, to measure other servers against.
///
/// It is no product and implements no protocol. It accepts what the load generator of this folder
/// sends (a fixed handshake, whole frames, one event per publish, fields found by searching) and
/// answers in the shape of the AppSync Event API. There is no authorization, no limit, no check.
///
/// What it does do is what a fast server has to do: one epoll wait per turn, one read per readable
/// socket, each event framed once, one write per subscriber and turn.
#pragma once

#include "bench/loadgen/socket.hpp"
#include "bench/wire/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sys/epoll.h>

namespace actormesh::bench {

/// Whose subscription id an event's frame carries.
enum class framing : std::uint8_t {
  shared, ///< The first subscriber's, for all: a frame is made once and never copied.
  own,    ///< Each subscriber's, as the protocol demands: frames are copied per subscriber.
};

/// One thread: all connections of the floor server.
class floor_server {
public:
  floor_server(const endpoint& where, framing frames);

  [[nodiscard]] std::uint16_t port() const { return port_of(listener_); }

  /// Serves until the process is told to end.
  [[noreturn]] void run();

private:
  struct channel;

  struct peer {
    descriptor socket;
    std::string carry;  ///< Start of a message whose end has not come yet.
    std::string out;    ///< Replies of this turn, and what the kernel did not take.
    std::string prefix; ///< Of its event frames: `{"type":"data","id":"...","event":"`.
    channel* subscribed = nullptr;
    bool websocket = false;
    bool touched = false; ///< Is in `replying_`.
    bool waiting = false; ///< For the kernel to take more.
    bool gone = false;
  };

  struct channel {
    std::vector<peer*> subscribers;
    std::vector<std::string> events; ///< Of this turn, escaped as they came.
  };

  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void accept_all();
  void on_ready(peer& from, std::uint32_t flags);
  void read(peer& from);

  /// Handles the message at the front of `bytes`; returns its size, 0 for "more needed".
  std::size_t take_request(peer& from, std::string_view bytes);
  std::size_t take_frame(peer& from, std::string_view bytes);

  void handle_message(peer& from, std::string_view message);
  void publish(std::string_view message);
  void subscribe(peer& from, std::string_view message);
  void reply(peer& to, std::string_view bytes);

  void fan_out();
  void deliver(channel& to);
  void write(peer& to, std::string_view bytes);
  void watch(peer& which, std::uint32_t flags, int operation);
  void bury();

  static constexpr std::size_t read_bytes = 4 * 1024 * 1024;

  framing frames_;
  descriptor listener_;
  descriptor epoll_;
  std::unordered_map<std::string, channel, text_hash, std::equal_to<>> channels_;
  std::vector<channel*> publishing_; ///< Channels with events of this turn.
  std::vector<peer*> replying_;      ///< Peers with replies of this turn.
  std::vector<peer*> gone_;
  std::string batch_; ///< Frames of one channel, or of one subscriber.
  std::unique_ptr<char[]> buffer_;
  std::array<epoll_event, 4096> events_{};
};

} // namespace actormesh::bench
