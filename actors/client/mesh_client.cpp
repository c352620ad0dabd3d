#include "actors/client/include/actormesh/client.hpp"
#include "actors/client/internal_messages.hpp"
#include "actors/client/member_loop.hpp"
#include "actors/client/member_session.hpp"
#include "actors/client/session.hpp"
#include "actors/messages.hpp"
#include "text/host_port.hpp"

#include <caf/actor_cast.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/openssl/manager.hpp>

#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

namespace actormesh::client {

namespace {

/// How long a member that leaves has to hand over what it has published.
constexpr std::chrono::milliseconds member_leave_limit{2'000};

/// How often it looks whether that is done.
constexpr std::chrono::milliseconds leave_check_interval{5};

void check(const caf::actor_system& system, const options& how) {
  if (!system.has_middleman())
    throw std::logic_error{"actormesh::client::prepare was not called for this actor system"};
  if (how.nodes.empty())
    throw std::invalid_argument{"a mesh client needs the address of a node"};
  for (const auto& each : how.nodes)
    if (!text::parse_host_port(each))
      throw std::invalid_argument{"expected HOST:PORT, not \"" + each + "\""};
  if (how.retry_min.count() <= 0 || how.retry_max < how.retry_min)
    throw std::invalid_argument{"retry_min must be above 0, and retry_max not below it"};
}

options with_name(options how) {
  if (how.name.empty())
    how.name = (how.how == role::as_member ? "member-" : "client-") +
               std::to_string(std::random_device{}());
  return how;
}

/// Has the loop tell the hub when everything that was published has left it.
void tell_when_quiet(member_loop& home) {
  home.post([&home] {
    if (!home.channels().object->tell_mesh_if_quiet())
      tell_when_quiet(home);
  });
}

/// What a member has beside its session.
struct member_runtime {
  member_loop home;
  mesh::hub_view view;
  caf::strong_actor_ptr hub;

  member_runtime(caf::actor_system& system, const options& how)
    : home(system) {
    mesh::hub::options wanted;
    wanted.settings.name = how.mesh;
    wanted.settings.seeds = how.nodes;
    wanted.settings.heartbeat_interval = how.heartbeat_interval;
    wanted.settings.heartbeat_timeout = how.heartbeat_timeout;
    wanted.settings.connect_timeout = how.connect_timeout;
    wanted.settings.retry_min = how.retry_min;
    wanted.settings.retry_max = how.retry_max;
    wanted.settings.frame_bytes = how.frame_bytes;
    wanted.node = how.name;
    wanted.tls = system.has_openssl_manager();
    wanted.loops.push_back({home.channels().handle, &home.actors()});
    hub = mesh::hub::spawn(system, std::move(wanted), std::nullopt, view);
    home.channels().object->connect_mesh(hub, view.standing);
  }

  /// Once the session has ended.
  void leave() {
    tell_when_quiet(home);
    mesh::hub::leave(hub, member_leave_limit);
    while (!*view.has_left)
      std::this_thread::sleep_for(leave_check_interval);
    mesh::hub::stop(hub);
    home.stop();
  }
};

} // namespace

void prepare(caf::actor_system_config& config, const tls_files* tls) {
  caf::init_global_meta_objects<caf::id_block::actormesh_client>();
  caf::init_global_meta_objects<caf::id_block::actormesh>();
  caf::init_global_meta_objects<caf::id_block::actormesh_client_internal>();
  caf::io::middleman::init_global_meta_objects();
  caf::core::init_global_meta_objects();
  config.load<caf::io::middleman>();
  if (tls == nullptr)
    return;
  config.load<caf::openssl::manager>();
  config.openssl_certificate = tls->certificate;
  config.openssl_key = tls->key;
  config.openssl_cafile = tls->ca;
}

struct mesh_client::implementation {
  id_source ids = std::make_shared<std::atomic<subscription_id>>(1);
  std::unique_ptr<member_runtime> member; ///< Null for a client.
  caf::strong_actor_ptr session;
};

mesh_client::mesh_client(caf::actor_system& system, options how)
  : implementation_(std::make_unique<implementation>()) {
  check(system, how);
  how = with_name(std::move(how));
  auto& made = *implementation_;
  if (how.how == role::as_member) {
    made.member = std::make_unique<member_runtime>(system, how);
    made.session =
        spawn_on<member_session>(made.member->home.actors(), how, made.ids, made.member->view)
            .handle;
    tell(made.session, nullptr, look_again{});
    made.member->home.start();
  } else {
    caf::actor_config cfg{&system.middleman().backend()};
    made.session = caf::actor_cast<caf::strong_actor_ptr>(
        system.spawn_impl<session, caf::hidden>(cfg, std::move(how), made.ids));
    tell(made.session, nullptr, look_again{});
  }
  handle_ = caf::actor_cast<caf::actor>(made.session);
}

mesh_client::mesh_client(mesh_client&& other) noexcept = default;

mesh_client& mesh_client::operator=(mesh_client&& other) noexcept {
  leave();
  implementation_ = std::move(other.implementation_);
  handle_ = std::move(other.handle_);
  return *this;
}

mesh_client::~mesh_client() { leave(); }

std::future<publish_result> mesh_client::publish(std::string channel,
                                                 std::vector<std::string> events) {
  auto promise = std::make_shared<std::promise<publish_result>>();
  auto result = promise->get_future();
  publish(std::move(channel), std::move(events),
          [promise](const publish_result& what) { promise->set_value(what); });
  return result;
}

void mesh_client::publish(std::string channel, std::vector<std::string> events,
                          std::function<void(const publish_result&)> done) {
  auto call = std::make_shared<publish_call>(publish_request{std::move(channel), std::move(events)},
                                             std::move(done));
  if (implementation_ != nullptr)
    tell(implementation_->session, nullptr, local_publish{std::move(call)});
}

subscription_id mesh_client::subscribe(std::string channel, const caf::actor& who) {
  const auto id = next_subscription();
  if (implementation_ != nullptr)
    tell(implementation_->session, nullptr, subscribe_request{std::move(channel), who, id});
  return id;
}

void mesh_client::unsubscribe(subscription_id which) {
  if (implementation_ != nullptr)
    tell(implementation_->session, nullptr, unsubscribe_request{which});
}

void mesh_client::watch(const caf::actor& who) {
  if (implementation_ != nullptr)
    tell(implementation_->session, nullptr, watch_request{who});
}

subscription_id mesh_client::next_subscription() noexcept {
  return implementation_ != nullptr ? implementation_->ids->fetch_add(1) : 0;
}

void mesh_client::leave() {
  const auto ending = std::exchange(implementation_, nullptr);
  if (ending == nullptr)
    return;
  auto done = std::make_shared<std::promise<void>>();
  auto left = done->get_future();
  tell(ending->session, nullptr, leave_request{std::move(done)});
  left.wait();
  if (ending->member != nullptr)
    ending->member->leave();
}

} // namespace actormesh::client
