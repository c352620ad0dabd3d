#include "cli/serve.hpp"

#include "audit/log.hpp"
#include "cli/check_config.hpp"
#include "cli/welcome.hpp"
#include "config/keys/key_file.hpp"
#include "config/reload.hpp"
#include "node/node.hpp"
#include "telemetry/log.hpp"
#include "text/host_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <ostream>
#include <string>
#include <utility>

#include <sys/resource.h>

namespace actormesh::cli {

namespace {

namespace log = telemetry::log;
using boost::system::error_code;
using std::chrono::steady_clock;

/// How often files of keys and certificates are looked at, and how often a draining node is.
constexpr std::chrono::seconds key_check_interval{1};
constexpr std::chrono::milliseconds drain_check_interval{20};

/// What other nodes get to confirm what they were sent, even if draining took all the time.
constexpr std::chrono::milliseconds min_leave_time{1'000};

/// Every connection is a descriptor: takes as many as the system lets the process have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void log_problems(const config::problems& list) {
  for (const auto& each : list) {
    if (each.level == config::severity::error)
      log::error(config::to_string(each));
    else
      log::warn(config::to_string(each));
  }
}

net::node::key_rings rings_of(const std::map<std::string, config::loaded_key_ring>& loaded) {
  net::node::key_rings rings;
  for (const auto& [id, each] : loaded)
    rings.emplace(id, each.ring);
  return rings;
}

audit::options audit_options_of(const config::settings& settings) {
  const auto& from = settings.audit;
  audit::options how;
  how.file = from.file;
  if (!from.key_file.empty())
    how.key_file = from.key_file;
  how.node = settings.node_name;
  how.rotate_bytes = from.rotate_bytes;
  how.rotate_interval = from.rotate_interval;
  how.keep_files = from.keep_files;
  how.sync = from.sync;
  how.queue_bytes = from.queue_bytes;
  how.on_failure = from.on_failure;
  return how;
}

/// Steers a running node: signals and changed files. Runs on the thread that calls `run`.
class controller {
public:
  controller(const serve_options& options, resolved_settings& start, net::node& node,
             audit::log* audit, std::ostream& out)
    : options_(options)
    , node_(node)
    , audit_(audit)
    , out_(out)
    , key_rings_(std::move(start.key_rings))
    , signals_(io_, SIGTERM, SIGINT, SIGHUP)
    , key_timer_(io_)
    , drain_timer_(io_) {}

  void run() {
    wait_for_signal();
    wait_for_keys();
    io_.run();
  }

private:
  void wait_for_signal() {
    signals_.async_wait([this](error_code failed, int number) {
      if (failed)
        return;
      if (number == SIGHUP)
        reload();
      else if (!std::exchange(stopping_, true))
        drain(number);
      else
        return finish("stopped at once"); // Asked twice.
      wait_for_signal();
    });
  }

  // -- configuration ----------------------------------------------------------------------------

  void reload() {
    auto fresh = resolve_settings(options_);
    if (!fresh) {
      log::error("configuration not reloaded: it has errors");
      return log_problems(fresh.error());
    }
    log_problems(fresh->warnings);
    if (!fresh->name_given)
      fresh->values.node_name = node_.settings().node_name;
    const auto plan = config::plan_reload(node_.settings(), fresh->values);
    for (const auto& each : plan.applied)
      log::info("configuration changed",
                {{"option", each.path}, {"from", each.from}, {"to", each.to}});
    for (const auto& each : plan.needs_restart)
      log::warn("configuration change needs a restart",
                {{"option", each.path}, {"running", each.from}, {"configured", each.to}});
    log::set_level(plan.next.level);
    log::set_format(plan.next.format);
    for (const auto& line : start_lines(*fresh))
      out_ << line << std::endl;
    take_key_rings(plan.next, *fresh);
    node_.apply(plan.next, rings_of(key_rings_));
    log_problems(node_.take_problems());
    log::info("configuration reloaded");
    if (audit_ != nullptr)
      static_cast<void>(
          audit_->write({.what = audit::action::configuration_reloaded,
                         .details = std::to_string(plan.applied.size()) + " changes"}));
  }

  /// Takes the freshly read keys of every API that goes on with the same file; one whose change
  /// needs a restart keeps what it has.
  void take_key_rings(const config::settings& next, resolved_settings& fresh) {
    for (const auto& api : next.apis) {
      const auto same = [&](const auto& each) {
        return each.id == api.id && each.keys_file == api.keys_file;
      };
      const auto found = fresh.key_rings.find(api.id);
      if (found != fresh.key_rings.end() && std::ranges::any_of(fresh.values.apis, same))
        key_rings_.insert_or_assign(api.id, std::move(found->second));
    }
  }

  // -- keys -------------------------------------------------------------------------------------

  void wait_for_keys() {
    key_timer_.expires_after(key_check_interval);
    key_timer_.async_wait([this](error_code failed) {
      if (failed)
        return;
      check_keys();
      wait_for_keys();
    });
  }

  void check_keys() {
    auto changed = false;
    for (const auto& api : node_.settings().apis) {
      const auto known = key_rings_.find(api.id);
      if (known == key_rings_.end())
        continue;
      const auto stamp = config::stamp_of(api.keys_file);
      if (stamp == known->second.stamp)
        continue;
      auto loaded = config::load_key_ring(api.keys_file);
      // What can't be read now leaves the keys as they were, and is looked at again when it
      // changes.
      known->second.stamp = stamp;
      if (!loaded) {
        log::error("file of keys not reloaded", {{"api", api.id}});
        log_problems(loaded.error());
        continue;
      }
      log_problems(loaded->warnings);
      log::info("file of keys reloaded", {{"api", api.id}, {"keys", loaded->ring->keys().size()}});
      known->second = std::move(*loaded);
      changed = true;
      if (audit_ != nullptr)
        static_cast<void>(audit_->write({.what = audit::action::keys_changed, .api = api.id}));
    }
    if (changed)
      node_.apply(node_.settings(), rings_of(key_rings_));
    node_.poll(rings_of(key_rings_));
    log_problems(node_.take_problems());
  }

  // -- the end ----------------------------------------------------------------------------------

  void drain(int signal) {
    log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    key_timer_.cancel();
    drain_until_ = steady_clock::now() + node_.settings().drain_timeout;
    node_.begin_drain();
    wait_for_drain();
  }

  void leave_mesh() {
    if (!std::exchange(leaving_, true)) {
      const auto left = drain_until_ - steady_clock::now();
      node_.begin_leave(
          std::max(min_leave_time, std::chrono::duration_cast<std::chrono::milliseconds>(left)));
    }
    if (node_.has_left())
      return finish(drained_ ? "stopped" : "stopped before all clients had ended");
    drain_timer_.expires_after(drain_check_interval);
    drain_timer_.async_wait([this](error_code failed) {
      if (!failed)
        leave_mesh();
    });
  }

  void wait_for_drain() {
    drained_ = node_.drained();
    if (drained_ || steady_clock::now() >= drain_until_)
      return leave_mesh();
    drain_timer_.expires_after(drain_check_interval);
    drain_timer_.async_wait([this](error_code failed) {
      if (!failed)
        wait_for_drain();
    });
  }

  void finish(const char* how) {
    node_.stop();
    log::info(how);
    io_.stop();
  }

  const serve_options& options_;
  net::node& node_;
  audit::log* audit_; ///< Null: nothing is audited.
  std::ostream& out_;
  std::map<std::string, config::loaded_key_ring> key_rings_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer key_timer_;
  boost::asio::steady_timer drain_timer_;
  steady_clock::time_point drain_until_;
  bool stopping_ = false;
  bool drained_ = false;
  bool leaving_ = false;
};

/// Opens the mesh port; where nobody said which, a free one does if the default is taken.
boost::system::result<mesh::mesh_port> open_mesh_port(const resolved_settings& start) {
  const auto& wanted = start.values.mesh;
  auto opened = mesh::open_mesh_port(wanted.address, wanted.port);
  if (!opened && opened.error() == boost::system::errc::address_in_use && start.mesh_port_may_move)
    opened = mesh::open_mesh_port(wanted.address, 0);
  return opened;
}

void print_endpoints(const net::node& node, std::ostream& out) {
  for (std::size_t i = 0; i < node.endpoints().size(); ++i) {
    const auto& where = node.endpoints()[i];
    const auto rest = text::format_host_port(where.address().to_string(), where.port());
    switch (node.settings().listeners[i].tls.mode) {
    case config::tls_mode::off:
      out << "listening on http://" << rest << '\n';
      break;
    case config::tls_mode::on:
      out << "listening on https://" << rest << '\n';
      break;
    case config::tls_mode::both:
      out << "listening on http://" << rest << " and https://" << rest << '\n';
      break;
    }
  }
  out.flush();
}

void print_welcome(const net::node& node, const resolved_settings& start, std::ostream& out) {
  if (!start.first_key || node.endpoints().empty())
    return;
  const auto& where = node.endpoints().front();
  const auto host = where.address().is_loopback() ? std::string{"localhost"}
                                                  : text::bracketed(where.address().to_string());
  for (const auto& line : welcome_lines(host, where.port(), start.first_key->key))
    out << line << '\n';
  out.flush();
}

} // namespace

int run_serve(const serve_options& options, std::ostream& out, std::ostream& err) {
  auto resolved = resolve_settings(options);
  if (!resolved) {
    print_problems(resolved.error(), err);
    return 2;
  }
  // First of all: the key can't be read from anywhere later.
  for (const auto& line : start_lines(*resolved))
    out << line << '\n';
  out.flush();

  raise_descriptor_limit();
  auto& settings = resolved->values;
  net::node::options how;
  how.listen_may_move = resolved->listen_may_move;
  std::string mesh_address;
  if (settings.mesh.enabled) {
    auto opened = open_mesh_port(*resolved);
    if (!opened) {
      err << "actormesh: cannot open the mesh port " << settings.mesh.address << ':'
          << settings.mesh.port << ": " << opened.error().message() << '\n';
      return 1;
    }
    if (settings.node_name.empty())
      settings.node_name = default_node_name(opened->where.port);
    mesh_address = to_string(opened->where);
    how.mesh_port = std::move(*opened);
  } else if (settings.node_name.empty()) {
    settings.node_name = default_node_name(0);
  }
  log::start({.level = settings.level, .format = settings.format, .node = settings.node_name});
  log_problems(resolved->warnings);
  for (const auto& line : start_hints(*resolved))
    log::info(line);

  if (!settings.audit.file.empty()) {
    auto opened = audit::log::open(audit_options_of(settings));
    if (!opened) {
      log_problems(opened.error());
      log::stop();
      return 1;
    }
    how.audit = std::move(*opened);
  }
  const auto audited = how.audit;
  net::node node{settings, rings_of(resolved->key_rings), std::move(how)};
  controller steering{options, *resolved, node, audited.get(), out};
  const auto failed = node.start();
  const auto wrong = node.take_problems();
  log_problems(wrong);
  if (failed || config::has_errors(wrong)) {
    log::error("cannot start",
               {{"error", failed ? *failed : std::string{"credentials can't be used"}}});
    node.stop();
    log::stop();
    return 1;
  }
  log::info("started", {{"version", ACTORMESH_VERSION}});
  print_endpoints(node, out);
  if (!mesh_address.empty())
    out << "mesh on " << mesh_address << std::endl;
  print_welcome(node, *resolved, out);
  steering.run();
  if (audited != nullptr)
    audited->stop();
  log::stop();
  return 0;
}

} // namespace actormesh::cli
