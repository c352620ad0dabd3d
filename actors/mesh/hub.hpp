/// A node's part in its mesh: who else is there, and what this node is interested in.
#pragma once

#include "actors/mesh/dial_list.hpp"
#include "actors/mesh/local_interest.hpp"
#include "actors/mesh/peer_link.hpp"
#include "actors/mesh/status.hpp"
#include "config/settings.hpp"
#include "telemetry/counters.hpp"

#include <array>
#include <atomic>
#include <bitset>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::mesh {

/// Takes C++ clients whose `hello` was in order. Called on CAF's multiplexer.
class client_door {
public:
  virtual ~client_door() = default;

  struct answer {
    refusal why = refusal::none; ///< Otherwise nothing has happened to the connection.
    std::string text;
  };

  /// Goes on with the connection (`wire::take_over`) and sends `greeting`, or says why not.
  [[nodiscard]] virtual answer admit(peer_link& at, hello&& what, welcome&& greeting) = 0;

  /// A node that clients could use has come.
  virtual void on_peer(const peer_info& who) = 0;

  [[nodiscard]] virtual std::size_t clients() const = 0;

  /// The node stops: ends all clients.
  virtual void stop() = 0;

  /// Time has passed.
  virtual void check(wire::clock::time_point now) = 0;
};

/// What a hub shares with the rest of its node. Any thread.
struct hub_view {
  std::shared_ptr<mesh_standing> standing = std::make_shared<mesh_standing>();
  std::shared_ptr<status_board> board = std::make_shared<status_board>();
  /// What the mesh counts, beside what the loops do. Written on CAF's multiplexer.
  std::shared_ptr<telemetry::loop_counters> counters = std::make_shared<telemetry::loop_counters>();
  /// All links have ended, after `hub::leave`.
  std::shared_ptr<std::atomic<bool>> has_left = std::make_shared<std::atomic<bool>>(false);
};

/// Keeps the links of a node: dials whom it should be linked with, lets in who dials, tells all of
/// them what the loops have subscribers for, and answers the loops when all of them know.
///
/// An actor on CAF's multiplexer, like its links. Its functions are called there, if not said
/// otherwise. A link is settled in four steps: `hello` and `confirm` from who dialed, `welcome` and
/// `start` from who was. Of two nodes that dial each other at once the one with the lesser name
/// decides which of the connections stays: it confirms, or starts, one of them and refuses the
/// other.
class hub final : public caf::io::broker, public peer_link_owner {
public:
  struct options {
    config::mesh_settings settings;
    std::string node;    ///< Its name.
    std::string address; ///< Where it can be dialed; empty: nowhere.
    bool tls = false;    ///< The system has CAF's OpenSSL module.
    std::vector<loop_ref> loops;
    std::unique_ptr<client_door> clients; ///< Null: clients are refused.
  };

  hub(caf::actor_config& cfg, options how, std::optional<mesh_port> port, hub_view view);

  /// Makes the hub. The directories must be told (`directory::connect_mesh`). Before the loops run;
  /// from any thread.
  [[nodiscard]] static caf::strong_actor_ptr spawn(caf::actor_system& system, options how,
                                                   std::optional<mesh_port> port, hub_view view);

  /// Makes the hub say goodbye to everybody, once all loops have said that they are quiet, and end
  /// after `limit` in any case. Any thread.
  static void leave(const caf::strong_actor_ptr& hub, std::chrono::milliseconds limit);

  /// Ends the hub and all links, and returns when they are gone. Any thread but CAF's multiplexer.
  static void stop(const caf::strong_actor_ptr& hub);

  // peer_link_owner
  void on_hello(peer_link& at, hello&& what) override;
  void on_welcome(peer_link& at, welcome&& what) override;
  void on_refuse(peer_link& at, const refuse& what) override;
  void on_confirm(peer_link& at, confirm&& what) override;
  void on_start(peer_link& at) override;
  void on_peers(peers&& what) override;
  void on_leave(peer_link& at) override;
  void on_confirmed() override { answer_waiting(); }
  void on_their_snapshot() override { check_joined(); }
  void on_wants_snapshot(peer_link& at) override;
  void on_ended(peer_link& at, wire_end why) override;
  std::uint64_t loops_of(std::string_view channel) override { return local_.loops_of(channel); }
  telemetry::loop_counters& counters() override { return *view_.counters; }
  const std::vector<loop_ref>& loops() const override { return how_.loops; }

  const char* name() const override { return "actormesh.hub"; }

protected:
  caf::behavior make_behavior() override;

private:
  using clock = wire::clock;
  using link_ptr = peer_link_ptr;

  struct peer_entry {
    peer_info info;
    std::optional<peer_slot> slot; ///< As long as the loops know of its interest.
    link_ptr link;                 ///< Null unless it is up.
    /// The connection that this node, which decides, has settled for. May not be up yet.
    peer_link* chosen = nullptr;
    clock::time_point down_since;
    std::chrono::system_clock::time_point since;
    std::string last_error;
    peer_link::traffic sent_before; ///< By links that have ended.
    peer_link::traffic received_before;
    bool was_up = false;

    [[nodiscard]] bool is_up() const noexcept { return static_cast<bool>(link); }
  };

  /// A connection that is not a link yet, or one that is.
  struct known_link {
    link_ptr link;
    std::string target; ///< The address it was dialed under; empty if it was accepted.
  };

  // Sockets.
  void on_accepted(socket_guard socket);
  void dial_due(clock::time_point now);
  void start_dial(dial_list::target& at);
  void on_dialed(const dial_result& got);
  void attempt_failed(const std::string& address, const std::string& why);
  link_ptr make_link(peer_link::side which);

  // Handshake.
  [[nodiscard]] refusal check_hello(peer_link& at, const hello& what, std::string& text);
  void refuse_link(peer_link& at, refusal why, const std::string& text);
  void note_refusal(const std::string& remote, refusal why, const std::string& text);
  void note_failed_handshake(const peer_link& at, wire_end why);
  [[nodiscard]] bool decides_with(const std::string& other) const { return how_.node < other; }
  void link_up(peer_link& at);
  [[nodiscard]] std::optional<peer_slot> free_slot() const;
  [[nodiscard]] hello make_hello() const;
  [[nodiscard]] welcome make_welcome() const;
  [[nodiscard]] std::vector<peer_info> linked_peers() const;
  void learn(const std::vector<peer_info>& list);

  // Interest.
  void on_interest_change(const interest_change& what);
  void answer_waiting();
  void forget_interest(peer_entry& of);
  void check_joined();

  // Time and the end.
  void on_tick();
  void write_status();
  void on_leave_request(std::chrono::milliseconds limit);
  void leave_if_quiet();
  void finish();

  template <class Function> void for_each_up(Function&& function) {
    for (auto& [name, each] : peers_)
      if (each.is_up())
        function(each);
  }

  options how_;
  std::optional<mesh_port> port_; ///< Until the door is open.
  hub_view view_;
  std::uint64_t incarnation_;
  local_interest local_;
  dial_list targets_;
  std::map<std::string, peer_entry> peers_; ///< By name.
  std::map<peer_link*, known_link> links_;
  std::size_t handshakes_ = 0; ///< Accepted connections that have not come up.
  std::array<std::uint64_t, static_cast<std::size_t>(refusal::count)> refused_{};
  std::map<std::string, std::string> last_refusals_; ///< By address: what the log has said.
  /// Tells threads that dial.
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  clock::time_point last_tick_ = clock::now();
  std::bitset<64> quiet_loops_;
  std::optional<clock::time_point> leave_until_;
  bool leaving_links_ = false;
  bool finished_ = false;
};

} // namespace actormesh::mesh
