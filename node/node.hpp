/// A node: its loops, listeners and APIs.
#pragma once

#include "actors/mesh/hub.hpp"
#include "actors/system.hpp"
#include "config/keys/key_ring.hpp"
#include "config/settings.hpp"
#include "net/address_limit.hpp"
#include "net/admin/node_status.hpp"
#include "net/appsync/http_edge.hpp"
#include "net/event_loop.hpp"
#include "net/http/routes.hpp"
#include "net/listener.hpp"
#include "net/mesh_client/host.hpp"
#include "net/tls/certificate_source.hpp"
#include "service/access/store.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace actormesh::net {

/// The controlling thread's: everything but `node_status` is called from the thread that made it.
class node final : public admin::node_status {
public:
  using key_rings = std::map<std::string, config::key_ring_ptr>; ///< By the API's id.

  struct options {
    /// Where other nodes are let in (`mesh::open_mesh_port`). Nothing: no mesh.
    std::optional<mesh::mesh_port> mesh_port;
    /// A listener whose port is taken gets a free one.
    bool listen_may_move = false;
    /// Null: nothing is audited.
    std::shared_ptr<audit::log> audit = nullptr;
  };

  node(config::settings settings, key_rings keys, options how);
  ~node() override;

  /// About once a second: picks up certificates and credentials that have changed. `keys` are those
  /// of the APIs' files.
  void poll(const key_rings& keys);

  /// What is wrong with credentials and certificates, as far as it was found since the last call.
  [[nodiscard]] config::problems take_problems();

  /// Binds all listeners, starts the loops' threads and joins the mesh. Returns what failed; then
  /// nothing runs.
  [[nodiscard]] std::optional<std::string> start();

  /// Where clients are accepted, with the ports that were picked.
  [[nodiscard]] const std::vector<listener::endpoint>& endpoints() const noexcept {
    return endpoints_;
  }

  /// Goes on with other settings and keys. What cannot change while running is left as it was; the
  /// caller has sorted that out (`config::plan_reload`).
  void apply(config::settings settings, key_rings keys);

  [[nodiscard]] const config::settings& settings() const noexcept { return settings_; }

  /// Accepts no more, tells all clients, and lets them go. `drained` says when nobody is left.
  void begin_drain();
  [[nodiscard]] bool drained() const noexcept;

  /// Hands over what other nodes shall get, and says goodbye to them, within `limit`. To be called
  /// once it has drained. `has_left` says when that is done.
  void begin_leave(std::chrono::milliseconds limit);
  [[nodiscard]] bool has_left() const noexcept { return hub_ == nullptr || *view_.has_left; }

  /// Cuts off who is left and ends the threads.
  void stop();

  // node_status; any thread
  [[nodiscard]] admin::readiness ready() const noexcept override;
  [[nodiscard]] bool stopping() const noexcept override { return !running_; }
  [[nodiscard]] std::string metrics() const override;
  [[nodiscard]] std::string mesh() const override;

private:
  /// What belongs to one loop.
  struct worker {
    std::unique_ptr<event_loop> loop;
    std::unique_ptr<appsync::http_edge> events; ///< The Event APIs.
    std::unique_ptr<http::dispatcher> requests;
    std::vector<std::unique_ptr<listener>> listeners;
    config::http_settings http;           ///< Loop-bound.
    std::vector<network> trusted_proxies; ///< Loop-bound.
    std::thread thread;
  };

  [[nodiscard]] std::optional<std::string> bind_all();
  [[nodiscard]] prologue_options prologue_for(const config::listener_settings& wanted, worker& at,
                                              const tls::certificate_source* certificates);
  [[nodiscard]] bool load_certificates();
  void join_mesh();
  [[nodiscard]] std::vector<const telemetry::loop_counters*> all_counters() const;
  /// Nothing if the address has as many connections as it may.
  [[nodiscard]] std::optional<address_limit::ticket> enter(worker& at,
                                                           const boost::asio::ip::address& from);
  void accept(worker& at, std::unique_ptr<stream> socket);
  [[nodiscard]] std::shared_ptr<service::admission> door_of(const config::api_settings& what);
  [[nodiscard]] service::tenant_table_ptr make_table(const key_rings& keys);
  /// On the worker's loop, or before that runs.
  void serve(worker& at, const service::tenant_table_ptr& tenants,
             const config::websocket_settings& websocket, const appsync::http_settings& how) const;
  void hand_out(const service::tenant_table_ptr& apis);

  config::settings settings_;
  options how_;
  actor_runtime runtime_;
  mutable std::mutex doors_mutex_;
  std::map<std::string, std::shared_ptr<service::admission>> doors_; ///< Guarded by `doors_mutex_`.
  service::tenant_table_ptr apis_;
  std::shared_ptr<mesh_client::host> mesh_clients_; ///< Null without a mesh.
  std::shared_ptr<address_limit> addresses_;
  /// By the listener's place; null for one without TLS. Outlive the listeners.
  std::vector<std::unique_ptr<tls::certificate_source>> certificates_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<listener::endpoint> endpoints_;
  mesh::hub_view view_;
  caf::strong_actor_ptr hub_; ///< Null without a mesh.
  bool hub_stopped_ = false;
  std::atomic<bool> running_{false};
  std::atomic<bool> has_keys_{false}; ///< Every source of keys was asked.
  double started_ = 0;
  config::problems problems_;
  /// Behind the loops: answers that it still has to give are handed to them.
  access::store credentials_;
};

} // namespace actormesh::net
