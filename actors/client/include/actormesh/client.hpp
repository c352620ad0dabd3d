/// Publish to and subscribe at an Actormesh from any CAF actor system.
///
///     caf::actor_system_config config;
///     actormesh::client::prepare(config);
///     caf::actor_system system{config};
///     actormesh::client::mesh_client mesh{
///         system, {.nodes = {"127.0.0.1:7400"}, .api_key = "da2-…"}};
///     mesh.subscribe("/orders/*", some_actor); // gets `subscribed`, then `event_message`s
///     mesh.publish("/orders/new", {R"({"id":1})"}).get();
///
/// Needs C++20, CAF 0.18 and this header tree; nothing else of Actormesh is in its interface.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <actormesh/client_messages.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::client {

/// PEM files that prove to nodes who this program is; `actormesh mesh-ca issue` makes them. Needed
/// for every mesh that is not on loopback.
struct tls_files {
  std::string certificate;
  std::string key;
  std::string ca;
};

/// Makes an actor system ready for mesh clients: registers the library's type ids, loads CAF's I/O
/// module, and with `tls` its OpenSSL module too, which then uses these files. To be called once
/// for each configuration, before the system is made from it. Do not load these modules yourself
/// as well.
///
/// The library has the type ids 2000 to 2299; your own blocks must not overlap them.
void prepare(caf::actor_system_config& config, const tls_files* tls = nullptr);

/// How a program takes part.
enum class role : std::uint8_t {
  /// Connected to one node at a time, and authorized by an API key like every other client.
  as_client,

  /// A full member of the mesh without listeners: linked with every node directly, so that events
  /// take one hop less and no single node's end is noticed. A member is trusted like a node: it
  /// proves itself by a node's certificate (or by being on the same machine), no key is asked for,
  /// and no limit of an API applies to what it publishes.
  as_member,
};

/// What a client is told when it is made.
struct options {
  /// Mesh ports, `HOST:PORT` each; `[ADDRESS]:PORT` for IPv6. One is enough: the others are learnt
  /// from it. The client tries them in this order.
  std::vector<std::string> nodes;

  std::string mesh = "actormesh"; ///< The name of the mesh (`mesh.name` of the nodes).
  std::string api = "default";    ///< The API whose channels are meant.
  std::string api_key = {};       ///< A key of that API. Not for members.

  /// For the nodes' logs. A member's must differ from those of all nodes and members, and with TLS
  /// it is the name in its certificate. Empty: `client-` or `member-` and a random number.
  std::string name = {};

  role how = role::as_client;

  /// How long a connection may take, and again the handshake on it.
  std::chrono::milliseconds connect_timeout{2'000};

  /// When all nodes were tried: the first pause, which doubles, with jitter, up to the last.
  std::chrono::milliseconds retry_min{100};
  std::chrono::milliseconds retry_max{5'000};

  /// Between two heartbeats, and the silence after which a node counts as dead.
  std::chrono::milliseconds heartbeat_interval{500};
  std::chrono::milliseconds heartbeat_timeout{2'500};

  /// How long a publish may wait for a connection (then `disconnected`), or for its answer (then
  /// `unknown`).
  std::chrono::milliseconds request_timeout{10'000};

  /// Bytes of publishes that may wait to be sent. Beyond it they end as `overloaded` at once.
  std::size_t publish_bytes = 16 * 1024 * 1024;

  /// Bytes of events that subscribers may have in their mailboxes. Beyond it a client stops reading
  /// until they have caught up, so that the node's queue fills and the namespace's slow-consumer
  /// policy applies; answers wait meanwhile, too. A member drops what comes beyond it and sends
  /// `losses`.
  std::size_t queue_bytes = 16 * 1024 * 1024;

  /// The largest frame that is taken from a node. Not less than `mesh.frame_bytes` of the nodes.
  std::size_t frame_bytes = 16 * 1024 * 1024;
};

/// A program's part in a mesh.
///
/// Any thread may use it, but not two at once while it is moved from or destroyed. It connects, and
/// reconnects, by itself and never blocks, except for `leave` and the destructor. It must be
/// destroyed before its actor system, and not by one of CAF's own I/O threads.
class mesh_client {
public:
  /// Begins to connect.
  ///
  /// Throws `std::invalid_argument` if there are no nodes, or an address is none, and
  /// `std::logic_error` if `prepare` was not called for the system's configuration.
  mesh_client(caf::actor_system& system, options how);

  mesh_client(mesh_client&& other) noexcept;
  mesh_client& operator=(mesh_client&& other) noexcept;

  /// Leaves.
  ~mesh_client();

  /// Publishes events to a channel. They are sent in the order of the calls; while there is no
  /// connection they wait for one. See `publish_request` for the arguments and `outcome` for what
  /// can go wrong. The future is always fulfilled, at the latest when the client leaves.
  [[nodiscard]] std::future<publish_result> publish(std::string channel,
                                                    std::vector<std::string> events);

  /// The same with a callback, which must not block: it runs on a thread of CAF's or the library's.
  void publish(std::string channel, std::vector<std::string> events,
               std::function<void(const publish_result&)> done);

  /// Has the events of a channel, or of all that a pattern matches, sent to `who`, from
  /// `subscribed` to `subscription_ended`. After a reconnection it is made anew, and `who` gets
  /// `resubscribed`. It ends by itself when `who` does.
  subscription_id subscribe(std::string channel, const caf::actor& who);

  /// Ends a subscription.
  void unsubscribe(subscription_id which);

  /// Has `state_changed` sent to `who`: now, and with every change.
  void watch(const caf::actor& who);

  /// Returns the actor behind the client, for actors of the same system: it takes
  /// `publish_request`, `subscribe_request`, `unsubscribe_request` and `watch_request`. After the
  /// client has left, requests are answered with `outcome::left`, or, a member's, with CAF's error.
  [[nodiscard]] const caf::actor& handle() const noexcept { return handle_; }

  /// Returns a number for a `subscribe_request`.
  [[nodiscard]] subscription_id next_subscription() noexcept;

  /// Says goodbye and ends; returns when that is done. Publishes without an answer end as `unknown`
  /// or `left`; subscribers get `subscription_ended`. What is called later has no effect.
  void leave();

private:
  struct implementation;

  std::unique_ptr<implementation> implementation_; ///< Null after a move, and when it has left.
  caf::actor handle_;
};

} // namespace actormesh::client
