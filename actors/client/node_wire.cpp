#include "actors/client/node_wire.hpp"

#include "actors/loop_actor.hpp"

#include <optional>

namespace actormesh::client {

using mesh::frame_type;
using mesh::read_frame;
using mesh::wire_end;

node_wire::node_wire(caf::actor_config& cfg, node_wire_owner& owner, const options& how)
  : wire(cfg, how)
  , owner_(&owner) {
  trust();
}

caf::behavior node_wire::make_behavior() { return wire_behavior(); }

bool node_wire::on_frame(const mesh::frame_view& frame) {
  if (owner_ == nullptr)
    return true;
  const auto hand_on = [](auto&& body, auto&& handler) {
    if (body)
      handler(std::move(*body));
    return body.has_value();
  };
  switch (frame.type) {
  case frame_type::welcome:
    if (std::exchange(welcomed_, true))
      return false;
    return hand_on(read_frame<mesh::welcome>(frame.body),
                   [this](mesh::welcome&& body) { owner_->on_welcome(*this, std::move(body)); });
  case frame_type::refuse:
    return hand_on(read_frame<mesh::refuse>(frame.body), [this](const mesh::refuse& body) {
      owner_->on_refuse(*this, body);
      end(wire_end::refused);
    });
  case frame_type::client_answer:
    return hand_on(read_frame<mesh::client_answer>(frame.body),
                   [this](mesh::client_answer&& body) { owner_->on_answer(std::move(body)); });
  case frame_type::client_events:
    return hand_on(mesh::read_client_events(frame.body), [this](auto&& parts) {
      owner_->on_events(std::forward<decltype(parts)>(parts));
    });
  case frame_type::peers:
    return hand_on(read_frame<mesh::peers>(frame.body),
                   [this](const mesh::peers& body) { owner_->on_peers(body); });
  case frame_type::leave:
    end(wire_end::left);
    return true;
  default:
    // A later minor version may say more.
    return true;
  }
}

void node_wire::on_writable() {
  if (owner_ != nullptr)
    owner_->on_room();
}

void node_wire::leave() {
  owner_ = nullptr;
  send(mesh::leave{});
  close_gracefully();
}

void node_wire::ended(wire_end why) {
  if (auto* owner = std::exchange(owner_, nullptr))
    owner->on_ended(*this, why);
  tell_to_exit(ctrl());
}

} // namespace actormesh::client
