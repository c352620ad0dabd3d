/// The base of every actor that lives on an event loop.
///
/// With `loop` and `messages`, this is where the project touches what differs between releases of
/// CAF: execution units, spawning, and sending without a scheduler.
#pragma once

#include "actors/loop.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/spawn_options.hpp>

#include <utility>

namespace actormesh {

/// Loop-bound: handles its messages on the thread of its loop and nowhere else, whoever sends them.
class loop_actor : public caf::event_based_actor {
public:
  using super = caf::event_based_actor;

  loop_actor(caf::actor_config& cfg, loop& home)
    : super(cfg)
    , home_(home) {}

  using super::enqueue;

  /// Any thread.
  bool enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    return super::enqueue(std::move(what), &home_);
  }

  [[nodiscard]] loop& home() const noexcept { return home_; }

private:
  loop& home_;
};

/// Sends `what` to `to`, with `from` as its sender (may be null). Any thread.
inline void tell(const caf::strong_actor_ptr& to, caf::strong_actor_ptr from, caf::message what) {
  to->enqueue(
      caf::make_mailbox_element(std::move(from), caf::make_message_id(), {}, std::move(what)),
      nullptr);
}

template <class Message>
void tell(const caf::strong_actor_ptr& to, caf::strong_actor_ptr from, Message what) {
  tell(to, std::move(from), caf::make_message(std::move(what)));
}

/// Makes an actor end after the messages it already has. Any thread.
inline void tell_to_exit(const caf::strong_actor_ptr& to) {
  tell(to, nullptr,
       caf::make_message(caf::exit_msg{caf::actor_addr{}, caf::exit_reason::user_shutdown}));
}

/// A handle together with the object behind it, which is used directly on its own loop.
template <class Actor> struct spawned {
  caf::strong_actor_ptr handle;
  Actor* object = nullptr;
};

/// Makes an actor on `home`. It is not counted among the system's running actors: its loop's owner
/// ends it. Loop-bound, or before the loop runs.
template <class Actor, class... Args> spawned<Actor> spawn_on(loop& home, Args&&... args) {
  caf::actor_config cfg{&home};
  auto handle = home.system().spawn_impl<Actor, caf::hidden + caf::lazy_init>(
      cfg, home, std::forward<Args>(args)...);
  auto strong = caf::actor_cast<caf::strong_actor_ptr>(std::move(handle));
  auto* object = static_cast<Actor*>(caf::actor_cast<caf::abstract_actor*>(strong));
  return {std::move(strong), object};
}

} // namespace actormesh
