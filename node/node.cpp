#include "node/node.hpp"

#include "actors/messages.hpp"
#include "net/admin/mesh_page.hpp"
#include "net/admin/metrics.hpp"
#include "net/admin/status_pages.hpp"
#include "net/appsync/dialect.hpp"
#include "net/http/session.hpp"
#include "net/mesh_client/door.hpp"
#include "telemetry/log.hpp"
#include "text/host_port.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace actormesh::net {

namespace {

namespace log = telemetry::log;

std::size_t loop_count(const config::settings& settings) {
  const auto wanted = settings.loops != 0 ? settings.loops : std::thread::hardware_concurrency();
  return std::clamp<std::size_t>(wanted, 1, config::defaults::max_loops);
}

std::string describe(const config::listener_settings& where) {
  return text::format_host_port(where.address, where.port);
}

std::vector<network> networks_of(const config::settings& settings) {
  std::vector<network> made;
  for (const auto& each : settings.http.trusted_proxies)
    if (auto parsed = network::parse(each)) // Checked with the rest of the configuration.
      made.push_back(*parsed);
  return made;
}

appsync::http_settings http_settings_of(const config::settings& settings) {
  return {networks_of(settings), settings.http.server_header};
}

/// Lets the mesh know when everything that was published on a loop has left it.
void tell_when_quiet(event_loop& loop) {
  loop.post([&loop] {
    if (!loop.channels().object->tell_mesh_if_quiet())
      tell_when_quiet(loop);
  });
}

} // namespace

node::node(config::settings settings, key_rings keys, options how)
  : settings_(std::move(settings))
  , how_(std::move(how))
  , runtime_(settings_.mesh)
  , started_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
                 .count()) {
  addresses_ = std::make_shared<address_limit>(settings_.http.connections_per_address);
  apis_ = make_table(keys);
  const auto count = loop_count(settings_);
  directory::limits limits;
  limits.channels = settings_.max_channels;
  for (std::size_t i = 0; i < count; ++i) {
    auto& made = *workers_.emplace_back(std::make_unique<worker>());
    made.loop = std::make_unique<event_loop>(runtime_.system(), i, limits);
    made.events = std::make_unique<appsync::http_edge>(*made.loop, [this] { return stopping(); });
    made.requests = std::make_unique<http::dispatcher>(*made.events);
    serve(made, apis_, settings_.websocket, http_settings_of(settings_));
    made.http = settings_.http;
    made.trusted_proxies = networks_of(settings_);
  }
}

node::~node() { stop(); }

std::optional<std::string> node::start() {
  if (auto failed = bind_all()) {
    for (const auto& each : workers_)
      each->listeners.clear();
    return failed;
  }
  std::vector<caf::strong_actor_ptr> directories;
  for (const auto& each : workers_)
    directories.push_back(each->loop->channels().handle);
  for (const auto& each : workers_)
    each->loop->channels().object->connect(directories);
  if (how_.mesh_port)
    join_mesh();
  for (const auto& each : workers_) {
    for (const auto& where : each->listeners)
      where->start();
    each->thread = std::thread{[loop = each->loop.get()] { loop->run(); }};
  }
  running_ = true;
  return std::nullopt;
}

void node::join_mesh() {
  mesh::hub::options wanted;
  wanted.settings = settings_.mesh;
  wanted.node = settings_.node_name;
  wanted.address = settings_.mesh.advertise.empty() ? to_string(how_.mesh_port->where)
                                                    : settings_.mesh.advertise;
  wanted.tls = !settings_.mesh.tls.certificate.empty();
  std::vector<event_loop*> loops;
  for (const auto& each : workers_) {
    loops.push_back(each->loop.get());
    wanted.loops.push_back({each->loop->channels().handle, &each->loop->actors()});
  }
  mesh_clients_ = std::make_shared<mesh_client::host>(loops, apis_);
  wanted.clients = std::make_unique<mesh_client::door>(
      runtime_.system(), mesh_client::door::options{settings_.mesh, mesh_clients_, view_.counters});
  hub_ = mesh::hub::spawn(runtime_.system(), std::move(wanted), std::move(how_.mesh_port), view_);
  how_.mesh_port.reset();
  for (const auto& each : workers_)
    each->loop->channels().object->connect_mesh(hub_, view_.standing);
}

bool node::load_certificates() {
  for (const auto& wanted : settings_.listeners) {
    auto& made = certificates_.emplace_back();
    if (wanted.tls.mode == config::tls_mode::off)
      continue;
    made = std::make_unique<tls::certificate_source>();
    tls::context_options how;
    how.certificate = wanted.tls.certificate;
    how.key = wanted.tls.key;
    how.minimum = wanted.tls.min_version == "1.3" ? tls::version::tls_1_3 : tls::version::tls_1_2;
    std::ranges::move(made->load(how), std::back_inserter(problems_));
  }
  return !config::has_errors(problems_);
}

prologue_options node::prologue_for(const config::listener_settings& wanted, worker& at,
                                    const tls::certificate_source* certificates) {
  prologue_options how;
  how.tls = wanted.tls.mode;
  how.certificates = certificates;
  how.timeout = settings_.http.header_timeout;
  how.enter = [this, &at](const boost::asio::ip::address& from) { return enter(at, from); };
  if (wanted.proxy_protocol)
    how.is_proxy = [&at](const boost::asio::ip::address& peer) {
      return std::ranges::any_of(at.trusted_proxies,
                                 [&](const network& each) { return each.contains(peer); });
    };
  return how;
}

std::optional<std::string> node::bind_all() {
  if (!load_certificates())
    return "certificates can't be used";
  for (std::size_t place = 0; place < settings_.listeners.size(); ++place) {
    const auto& wanted = settings_.listeners[place];
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(wanted.address, failed);
    if (failed)
      return describe(wanted) + ": " + failed.message();
    listener::endpoint where{address, wanted.port};
    if (const auto taken = listener::probe(*workers_.front()->loop, where)) {
      if (!how_.listen_may_move || taken != boost::system::errc::address_in_use)
        return describe(wanted) + ": " + taken.message();
      where.port(0);
    }
    for (const auto& each : workers_) {
      auto bound = listener::bind(
          *each->loop, where,
          [this, at = each.get()](auto socket) { accept(*at, std::move(socket)); },
          prologue_for(wanted, *each, certificates_[place].get()));
      if (!bound)
        return describe(wanted) + ": " + bound.error().message();
      where = (*bound)->where(); // The others share the port that was picked.
      each->listeners.push_back(std::move(*bound));
    }
    endpoints_.push_back(where);
  }
  return std::nullopt;
}

std::optional<address_limit::ticket> node::enter(worker& at, const boost::asio::ip::address& from) {
  // A proxy speaks for many.
  if (std::ranges::any_of(at.trusted_proxies,
                          [&](const network& each) { return each.contains(from); }))
    return address_limit::ticket{};
  auto entered = addresses_->enter(from);
  if (!entered)
    at.loop->counters().connected(telemetry::connect_result::too_many).add();
  return entered;
}

void node::accept(worker& at, std::unique_ptr<stream> socket) {
  auto entered = enter(at, socket->remote_address());
  if (!entered)
    return socket->close();
  std::make_shared<http::session>(*at.loop, std::move(socket), *at.requests, at.http,
                                  std::move(*entered))
      ->start();
}

std::shared_ptr<service::admission> node::door_of(const config::api_settings& what) {
  const std::lock_guard guard{doors_mutex_};
  auto& door = doors_[what.id];
  if (door == nullptr)
    door = std::make_shared<service::admission>(what.limits);
  else
    door->change_limits(what.limits);
  return door;
}

/// Takes as long as a secret source does to answer: nothing is locked meanwhile.
service::tenant_table_ptr node::make_table(const key_rings& keys) {
  std::vector<service::tenant_ptr> apis;
  for (const auto& each : settings_.apis) {
    const auto found = keys.find(each.id);
    apis.push_back(std::make_shared<const service::tenant>(
        each,
        credentials_.make(each, appsync::event_api, found == keys.end() ? nullptr : found->second),
        door_of(each), how_.audit));
  }
  has_keys_ = credentials_.has_asked();
  std::ranges::move(credentials_.take_problems(), std::back_inserter(problems_));
  return std::make_shared<const service::tenant_table>(std::move(apis));
}

void node::poll(const key_rings& keys) {
  for (const auto& each : certificates_) {
    if (each == nullptr || !each->changed())
      continue;
    auto found = each->reload();
    if (!config::has_errors(found))
      log::info("certificate read again");
    std::ranges::move(found, std::back_inserter(problems_));
  }
  const auto changed = credentials_.poll();
  has_keys_ = credentials_.has_asked();
  std::ranges::move(credentials_.take_problems(), std::back_inserter(problems_));
  if (changed.empty())
    return;
  for (const auto& id : changed)
    if (how_.audit != nullptr)
      static_cast<void>(how_.audit->write({.what = audit::action::keys_changed, .api = id}));
  apply(settings_, keys);
}

config::problems node::take_problems() { return std::exchange(problems_, {}); }

void node::apply(config::settings settings, key_rings keys) {
  settings_ = std::move(settings);
  addresses_->change(settings_.http.connections_per_address);
  apis_ = make_table(keys);
  if (mesh_clients_ != nullptr)
    mesh_clients_->apply(apis_);
  hand_out(apis_);
}

void node::serve(worker& at, const service::tenant_table_ptr& tenants,
                 const config::websocket_settings& websocket,
                 const appsync::http_settings& how) const {
  at.events->apply(tenants, websocket, how);
  std::vector<http::route> routes;
  admin::add_status_pages(routes, *this, *at.events);
  for (const auto& each : tenants->all())
    at.events->add_routes(routes, each);
  at.requests->use(std::make_shared<const http::route_table>(std::move(routes)));
}

void node::hand_out(const service::tenant_table_ptr& apis) {
  for (const auto& each : workers_) {
    each->loop->post([this, at = each.get(), apis, http = settings_.http,
                      websocket = settings_.websocket, proxies = networks_of(settings_),
                      routing = http_settings_of(settings_)] {
      at->http = http;
      at->trusted_proxies = proxies;
      serve(*at, apis, websocket, routing);
      at->loop->settings_changed();
    });
  }
}

admin::readiness node::ready() const noexcept {
  if (!running_)
    return admin::readiness::stopping;
  if (hub_ != nullptr && !view_.standing->joined)
    return admin::readiness::joining;
  return has_keys_ ? admin::readiness::ready : admin::readiness::reading_keys;
}

void node::begin_drain() {
  running_ = false;
  if (mesh_clients_ != nullptr)
    mesh_clients_->stop();
  for (const auto& each : workers_) {
    each->loop->post([at = each.get()] {
      for (const auto& where : at->listeners)
        where->close();
      at->loop->drain();
    });
  }
}

bool node::drained() const noexcept {
  return std::ranges::all_of(workers_, [](const auto& each) {
    const auto& counted = std::as_const(*each->loop).counters();
    return counted.connections.get() == 0 && counted.http_connections.get() == 0 &&
           counted.mesh_clients.get() == 0;
  });
}

void node::begin_leave(std::chrono::milliseconds limit) {
  if (hub_ == nullptr)
    return;
  for (const auto& each : workers_)
    tell_when_quiet(*each->loop);
  mesh::hub::leave(hub_, limit);
}

void node::stop() {
  running_ = false;
  // First of all: links use the loops.
  if (hub_ != nullptr && !std::exchange(hub_stopped_, true))
    mesh::hub::stop(hub_);
  for (const auto& each : workers_) {
    if (!each->thread.joinable())
      continue;
    each->loop->post([at = each.get()] {
      for (const auto& where : at->listeners)
        where->close();
    });
    each->loop->stop();
  }
  for (const auto& each : workers_)
    if (each->thread.joinable())
      each->thread.join();
}

std::vector<const telemetry::loop_counters*> node::all_counters() const {
  std::vector<const telemetry::loop_counters*> counted;
  for (const auto& each : workers_)
    counted.push_back(&std::as_const(*each->loop).counters());
  counted.push_back(view_.counters.get());
  return counted;
}

std::string node::mesh() const {
  if (hub_ == nullptr)
    return {};
  admin::losses_by_reason lost{};
  for (const auto* each : all_counters())
    for (std::size_t i = 0; i < lost.size(); ++i)
      lost[i] += each->losses[i].get();
  return admin::format_mesh_page(view_.board->read(), lost);
}

std::string node::metrics() const {
  const auto counted = all_counters();
  admin::node_figures figures;
  const std::lock_guard guard{doors_mutex_};
  for (const auto& [id, door] : doors_)
    figures.connections_of_apis.emplace_back(id, door->connections());
  figures.lost_log_lines = log::lost_lines();
  figures.started = started_;
  if (how_.audit != nullptr)
    figures.audit = &how_.audit->counts();
  return admin::format_metrics(counted, figures);
}

} // namespace actormesh::net
