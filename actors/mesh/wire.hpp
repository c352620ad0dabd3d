/// One connection of the mesh: frames in and out, and whether the other side is alive.
#pragma once

#include "actors/mesh/protocol.hpp"
#include "actors/mesh/transport.hpp"

#include <caf/behavior.hpp>
#include <caf/io/broker.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace actormesh::mesh {

/// Why a connection ended.
enum class wire_end : std::uint8_t {
  closed,    ///< The other side closed it, or its process ended.
  silent,    ///< Nothing came for too long.
  malformed, ///< What came was no frame, or not one that may come then.
  suspect,   ///< The other side did not confirm in time.
  unread,    ///< It sends, and does not read what it is owed for that.
  refused,   ///< By a `refuse` frame.
  left,      ///< The other side stops.
  replaced,  ///< Another connection to the same node takes over.
  ours,      ///< This side wanted it.
};

[[nodiscard]] const char* to_string(wire_end why) noexcept;

/// An actor on CAF's multiplexer, like everything that has to do with the mesh: functions are
/// called there, and only there. What the frames mean is up to the derived class.
class wire : public caf::io::broker {
public:
  using clock = std::chrono::steady_clock;

  struct options {
    std::chrono::milliseconds heartbeat_interval{};
    std::chrono::milliseconds heartbeat_timeout{};
    std::size_t frame_bytes = 0; ///< Largest frame that is taken, once the other side is known.
  };

  wire(caf::actor_config& cfg, const options& how);

  /// Starts reading from a new connection.
  void begin(mesh_scribe_ptr scribe);

  /// Goes on with the connection of another wire, whose frame is just being handled.
  void take_over(wire& other);

  /// Handles the frames that came behind that one, in the same read.
  void go_on() { handle_frames(); }

  /// To be called often: says that this side is there, and notices that the other one is not.
  void check(clock::time_point now);

  /// This process has not been running for a while: that the other side was silent says nothing.
  void forgive(clock::time_point now) noexcept { last_received_ = now; }

  /// Ends the connection. `ended` is called unless it has been.
  void end(wire_end why);

  [[nodiscard]] bool open() const noexcept { return scribe_ != nullptr; }
  [[nodiscard]] const std::string& remote_host() const noexcept { return remote_host_; }
  [[nodiscard]] std::optional<config::mesh_identity> certificate() const {
    return scribe_ ? scribe_->certificate() : std::nullopt;
  }
  /// Why TLS has failed, once the connection has ended; empty if it has not.
  [[nodiscard]] const std::string& tls_failure() const noexcept { return tls_failure_; }
  [[nodiscard]] std::chrono::microseconds round_trip() const noexcept { return round_trip_; }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return bytes_received_; }
  [[nodiscard]] bool heard_anything() const noexcept { return bytes_received_ != 0; }

  /// Frames may be as large as configured from now on.
  void trust() noexcept { reader_.max_frame(how_.frame_bytes); }

protected:
  /// What derived classes add their own handlers to.
  [[nodiscard]] caf::message_handler wire_behavior();

  /// Handles one frame. Returns false if it is malformed or may not come now.
  [[nodiscard]] virtual bool on_frame(const frame_view& frame) = 0;

  /// All frames of one read have been handled.
  virtual void on_read_done() {}

  /// There is room in the write buffer.
  virtual void on_writable() {}

  /// The connection is gone.
  virtual void ended(wire_end why) = 0;

  template <class Body> void send(Body body) {
    if (scribe_ == nullptr)
      return;
    append_frame(scribe_->wr_buf(), std::move(body));
    scribe_->flush();
  }

  /// Frames can be appended here while there is room; then `flush_output`.
  [[nodiscard]] caf::byte_buffer& output() { return scribe_->wr_buf(); }
  [[nodiscard]] bool has_room() const;
  void flush_output() { scribe_->flush(); }
  /// Whether everything has been given to the kernel, as far as is known.
  [[nodiscard]] bool all_written() const;

  /// Ends the connection once what was written has left.
  void close_gracefully();

  /// Reading stops until `resume_reading`; silence says nothing meanwhile.
  void pause_reading();
  void resume_reading();

private:
  void on_bytes(const caf::byte_buffer& bytes);
  void handle_frames();

  options how_;
  mesh_scribe_ptr scribe_; ///< Null when the connection has ended.
  frame_reader reader_;
  std::string remote_host_;
  std::string tls_failure_;
  clock::time_point last_received_;
  clock::time_point last_ping_;
  std::chrono::microseconds round_trip_{0};
  std::size_t unwritten_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  bool paused_ = false;
  bool ended_ = false;
};

/// Sends `who` a `look_again` after a while. Without a sender: CAF never closes the mailbox of a
/// broker that has ended, and one that held a reference to its own actor would keep both for ever.
void remind(caf::io::broker& who, std::chrono::milliseconds after);

} // namespace actormesh::mesh
