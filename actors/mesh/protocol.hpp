/// What nodes, and C++ clients, say to each other on the mesh port. docs/mesh-protocol.md describes
/// the sequence; this is the encoding. Pure functions.
///
/// A frame is `[length: 4 bytes, big endian][type: 1 byte][body]`; the length counts type and body.
/// Bodies are written by CAF's binary serializer from the `inspect` functions below. A later minor
/// version may add to the end of a body: what is left over there is not looked at.
#pragma once

#include "actors/event.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/span.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::mesh {

/// "AMSH": what does not begin with it is no node.
inline constexpr std::uint32_t protocol_magic = 0x414d5348;

/// Nodes of different major versions do not link. Minor versions only add.
inline constexpr std::uint16_t protocol_major = 1;
inline constexpr std::uint16_t protocol_minor = 0;

/// Before a peer has said who it is, no frame needs to be larger.
inline constexpr std::size_t max_handshake_frame = 16 * 1024;

inline constexpr std::size_t frame_header_size = 5;

enum class frame_type : std::uint8_t {
  hello = 1,
  welcome,
  refuse,
  confirm,
  start,
  ping,
  pong,
  peers,
  interest,
  interest_seen,
  events,
  events_seen,
  leave,
  client_request = 32,
  client_answer,
  client_events,
};

/// Who dials.
enum class peer_role : std::uint8_t {
  node,   ///< A full member: it gets events, and tells what it is interested in.
  client, ///< A C++ program that publishes and subscribes with an API's credentials.
};

/// Why a connection to the mesh port was not taken. Sent in `refuse`, and counted.
enum class refusal : std::uint8_t {
  none,
  wrong_mesh,
  wrong_version,
  name_in_use,       ///< Another node of that name is up.
  self,              ///< The node has dialed itself.
  already_linked,    ///< The two nodes have another connection.
  no_certificate,    ///< TLS failed: none, one of another CA, one that has expired.
  wrong_certificate, ///< The certificate is for somebody else.
  bad_frame,
  handshake_timeout,
  too_many,
  unauthorized, ///< A client's credentials.
  stopping,
  count,
};

[[nodiscard]] const char* to_string(refusal why) noexcept;

/// The first frame of who dials.
struct hello {
  static constexpr auto type = frame_type::hello;
  std::uint32_t magic = protocol_magic;
  std::uint16_t major = protocol_major;
  std::uint16_t minor = protocol_minor;
  std::uint8_t role = 0; ///< A `peer_role`.
  std::string mesh;
  std::string name;
  std::uint64_t incarnation = 0; ///< Differs with each start of a node.
  std::string address;           ///< `HOST:PORT` where it can be dialed; empty for a client.
  std::string api;               ///< Client: the API it wants to use.
  std::string credential;        ///< Client: a key of that API.
};

template <class Inspector> bool inspect(Inspector& f, hello& x) {
  return f.object(x).fields(f.field("magic", x.magic), f.field("major", x.major),
                            f.field("minor", x.minor), f.field("role", x.role),
                            f.field("mesh", x.mesh), f.field("name", x.name),
                            f.field("incarnation", x.incarnation), f.field("address", x.address),
                            f.field("api", x.api), f.field("credential", x.credential));
}

/// A node, as others tell of it.
struct peer_info {
  std::string name;
  std::uint64_t incarnation = 0;
  std::string address;

  friend bool operator==(const peer_info&, const peer_info&) = default;
};

template <class Inspector> bool inspect(Inspector& f, peer_info& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("incarnation", x.incarnation),
                            f.field("address", x.address));
}

/// The answer to `hello`: who was dialed, and whom it knows.
struct welcome {
  static constexpr auto type = frame_type::welcome;
  std::uint16_t minor = protocol_minor;
  std::string name;
  std::uint64_t incarnation = 0;
  std::string address;
  std::vector<peer_info> peers;
};

template <class Inspector> bool inspect(Inspector& f, welcome& x) {
  return f.object(x).fields(f.field("minor", x.minor), f.field("name", x.name),
                            f.field("incarnation", x.incarnation), f.field("address", x.address),
                            f.field("peers", x.peers));
}

/// The other answer. Ends the connection.
struct refuse {
  static constexpr auto type = frame_type::refuse;
  std::uint8_t why = 0; ///< A `refusal`.
  std::string text;     ///< For the log of who dialed.
};

template <class Inspector> bool inspect(Inspector& f, refuse& x) {
  return f.object(x).fields(f.field("why", x.why), f.field("text", x.text));
}

/// From who dialed, once it has settled for this connection.
struct confirm {
  static constexpr auto type = frame_type::confirm;
  std::vector<peer_info> peers;
};

template <class Inspector> bool inspect(Inspector& f, confirm& x) {
  return f.object(x).fields(f.field("peers", x.peers));
}

/// From who was dialed, once it has settled for this connection too: now it is the link.
struct start {
  static constexpr auto type = frame_type::start;
};

template <class Inspector> bool inspect(Inspector& f, start& x) { return f.object(x).fields(); }

/// Says that the sender is there. Answered by a `pong` with the same number.
struct ping {
  static constexpr auto type = frame_type::ping;
  std::uint64_t number = 0;
};

template <class Inspector> bool inspect(Inspector& f, ping& x) {
  return f.object(x).fields(f.field("number", x.number));
}

struct pong {
  static constexpr auto type = frame_type::pong;
  std::uint64_t number = 0;
};

template <class Inspector> bool inspect(Inspector& f, pong& x) {
  return f.object(x).fields(f.field("number", x.number));
}

/// Whom the sender has links with.
struct peers {
  static constexpr auto type = frame_type::peers;
  std::vector<peer_info> list;
};

template <class Inspector> bool inspect(Inspector& f, peers& x) {
  return f.object(x).fields(f.field("list", x.list));
}

/// What the sender has subscribers for. A snapshot comes in parts; deltas follow.
struct interest {
  static constexpr auto type = frame_type::interest;
  enum flag : std::uint8_t { snapshot_begins = 1, snapshot_ends = 2 };

  std::uint64_t number = 0; ///< 1, 2, … on each connection; repeated in `interest_seen`.
  std::uint8_t flags = 0;
  std::vector<std::string> gained; ///< Keys of channels and patterns, see `make_channel_key`.
  std::vector<std::string> lost;
};

template <class Inspector> bool inspect(Inspector& f, interest& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("flags", x.flags),
                            f.field("gained", x.gained), f.field("lost", x.lost));
}

/// Everything published on the sender from now on takes the interest up to `number` into account.
/// A `number` of 0 asks for a new snapshot: a number was missing.
struct interest_seen {
  static constexpr auto type = frame_type::interest_seen;
  std::uint64_t number = 0;
};

template <class Inspector> bool inspect(Inspector& f, interest_seen& x) {
  return f.object(x).fields(f.field("number", x.number));
}

/// So many frames of events have been taken.
struct events_seen {
  static constexpr auto type = frame_type::events_seen;
  std::uint64_t frames = 0;
};

template <class Inspector> bool inspect(Inspector& f, events_seen& x) {
  return f.object(x).fields(f.field("frames", x.frames));
}

/// The sender stops: it has said everything, and need not be looked for.
struct leave {
  static constexpr auto type = frame_type::leave;
};

template <class Inspector> bool inspect(Inspector& f, leave& x) { return f.object(x).fields(); }

// -- frames ---------------------------------------------------------------------------------------

/// Begins a frame at the end of `out` and returns its place, for `end_frame`.
[[nodiscard]] std::size_t begin_frame(caf::byte_buffer& out, frame_type type);
void end_frame(caf::byte_buffer& out, std::size_t place);

/// Appends one frame.
template <class Body> void append_frame(caf::byte_buffer& out, Body body) {
  const auto place = begin_frame(out, Body::type);
  caf::binary_serializer sink{nullptr, out};
  sink.seek(out.size());
  static_cast<void>(sink.apply(body)); // Writing to memory does not fail.
  end_frame(out, place);
}

/// The beginning of a `hello`, which all versions have in common. Nothing if it is none.
[[nodiscard]] std::optional<std::uint16_t> read_hello_version(caf::span<const caf::byte> in);

/// Reads a frame's body. Nothing if it is malformed.
template <class Body> [[nodiscard]] std::optional<Body> read_frame(caf::span<const caf::byte> in) {
  Body body;
  caf::binary_deserializer source{nullptr, in};
  if (!source.apply(body))
    return std::nullopt;
  return body;
}

/// Events of one channel among the others of an `events` frame: the channel's key, their number,
/// and their payloads.
void append_events(caf::byte_buffer& out, std::string_view key, std::span<const event_ptr> events);

/// Reads the body of an `events` frame. `received` becomes the events' time. Nothing if it is
/// malformed.
[[nodiscard]] std::optional<std::vector<event_batch_ptr>> read_events(caf::span<const caf::byte> in,
                                                                      event::time_point received);

/// One frame of a stream of bytes.
struct frame_view {
  frame_type type{};
  caf::span<const caf::byte> body;
};

/// Cuts a stream of bytes into frames. What is no whole frame yet is kept.
class frame_reader {
public:
  explicit frame_reader(std::size_t max_frame)
    : max_frame_(max_frame) {}

  void max_frame(std::size_t bytes) noexcept { max_frame_ = bytes; }

  /// Takes bytes. Call `next` until it has nothing before the next call; `bytes` must live as long.
  void feed(caf::span<const caf::byte> bytes);

  enum class status : std::uint8_t { frame, need_more, malformed };

  /// The view holds until the next call.
  [[nodiscard]] status next(frame_view& out);

private:
  [[nodiscard]] status take_from(caf::span<const caf::byte>& from, frame_view& out) const;

  std::size_t max_frame_;
  caf::span<const caf::byte> input_;
  caf::byte_buffer kept_; ///< A frame that has begun in an earlier read.
  bool kept_is_used_ = false;
};

} // namespace actormesh::mesh
