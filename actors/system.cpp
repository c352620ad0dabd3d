#include "actors/system.hpp"

#include "actors/messages.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <cstddef>

namespace actormesh {

namespace {

/// The type ids have to be known before the system starts.
void register_messages() {
  static const auto once = [] {
    caf::init_global_meta_objects<caf::id_block::actormesh>();
    caf::io::middleman::init_global_meta_objects();
    caf::core::init_global_meta_objects();
    return true;
  }();
  static_cast<void>(once);
}

} // namespace

actor_runtime::system_config::system_config() {
  // All our actors run on the event loops; CAF's own scheduler has nothing to do, and with this
  // policy it sleeps instead of polling.
  set("caf.scheduler.policy", "sharing");
  set("caf.scheduler.max-threads", std::size_t{1});
}

actor_runtime::system_config::system_config(const config::mesh_settings& mesh)
  : system_config() {
  if (!mesh.enabled)
    return;
  load<caf::io::middleman>();
  if (mesh.tls.certificate.empty())
    return;
  load<caf::openssl::manager>();
  openssl_certificate = mesh.tls.certificate;
  openssl_key = mesh.tls.key;
  openssl_cafile = mesh.tls.ca;
}

actor_runtime::actor_runtime()
  : config_((register_messages(), system_config{}))
  , system_(config_) {}

actor_runtime::actor_runtime(const config::mesh_settings& mesh)
  : config_((register_messages(), system_config{mesh}))
  , system_(config_) {}

} // namespace actormesh
