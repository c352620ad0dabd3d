#include "actors/system.hpp"

#include "actors/messages.hpp"

#include <caf/init_global_meta_objects.hpp>

#include <cstddef>

namespace actormesh {

namespace {

/// The type ids have to be known before the system starts.
void register_messages() {
  static const auto once = [] {
    caf::init_global_meta_objects<caf::id_block::actormesh>();
    caf::core::init_global_meta_objects();
    return true;
  }();
  static_cast<void>(once);
}

} // namespace

actor_runtime::config::config() {
  // All our actors run on the event loops; CAF's own scheduler has nothing to do, and with this
  // policy it sleeps instead of polling.
  set("caf.scheduler.policy", "sharing");
  set("caf.scheduler.max-threads", std::size_t{1});
}

actor_runtime::actor_runtime()
  : config_((register_messages(), config{}))
  , system_(config_) {}

} // namespace actormesh
