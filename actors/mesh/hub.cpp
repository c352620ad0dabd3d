#include "actors/mesh/hub.hpp"

#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"
#include "config/schema.hpp"
#include "telemetry/log.hpp"
#include "text/host_port.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace actormesh::mesh {

namespace {

namespace log = telemetry::log;

/// How often due dials and silent links are looked for.
constexpr std::chrono::milliseconds tick_interval{50};

/// Longest name of a node or client.
constexpr std::size_t max_name_length = 64;

/// What the log remembers of refusals, so that it does not repeat itself.
constexpr std::size_t remembered_refusals = 1'000;

/// Later starts of a node have greater numbers, and two at the same moment have different ones.
std::uint64_t make_incarnation() {
  using std::chrono::system_clock;
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch());
  constexpr unsigned random_bits = 20;
  return static_cast<std::uint64_t>(now.count()) << random_bits |
         (std::random_device{}() & ((1U << random_bits) - 1));
}

bool is_any_address(std::string_view host) noexcept { return host == "0.0.0.0" || host == "::"; }

bool is_node_name(std::string_view text) {
  return config::mesh_name_rule().normalise(text).has_value();
}

bool is_node_named(const config::mesh_identity& who, std::string_view name) noexcept {
  return who.role == config::mesh_role::node && who.name == name;
}

/// What has become of TLS with who dialed, and with who was dialed.
std::string explain_accepted(const std::string& failure) {
  return failure.empty() ? "closed the connection in the TLS handshake" : "TLS: " + failure;
}

std::string explain_dialed(const std::string& failure) {
  return failure.empty() ? "closed the connection: is the certificate of its CA?"
                         : "TLS: " + failure;
}

/// Where a peer can be dialed: one that listens everywhere is there where it comes from.
std::string reachable(const std::string& told, const std::string& remote) {
  auto where = text::parse_host_port(told);
  if (!where)
    return {};
  if (is_any_address(where->host))
    where->host = remote;
  return to_string(*where);
}

} // namespace

const char* to_string(peer_state state) noexcept {
  switch (state) {
  case peer_state::up:
    return "up";
  case peer_state::connecting:
    return "connecting";
  case peer_state::unreachable:
    break;
  }
  return "unreachable";
}

hub::hub(caf::actor_config& cfg, options how, std::optional<mesh_port> port, hub_view view)
  : caf::io::broker(cfg)
  , how_(std::move(how))
  , port_(std::move(port))
  , view_(std::move(view))
  , incarnation_(make_incarnation())
  , targets_(how_.settings.retry_min, how_.settings.retry_max) {
  for (const auto& each : how_.settings.seeds)
    if (const auto where = text::parse_host_port(each))
      targets_.add(*where, true);
  // The first node of a mesh has nobody to wait for.
  if (targets_.all().empty())
    view_.standing->joined = true;
}

caf::strong_actor_ptr hub::spawn(caf::actor_system& system, options how,
                                 std::optional<mesh_port> port, hub_view view) {
  caf::actor_config cfg{&system.middleman().backend()};
  auto made =
      system.spawn_impl<hub, caf::hidden>(cfg, std::move(how), std::move(port), std::move(view));
  auto handle = caf::actor_cast<caf::strong_actor_ptr>(std::move(made));
  tell(handle, nullptr, look_again{});
  return handle;
}

void hub::leave(const caf::strong_actor_ptr& hub, std::chrono::milliseconds limit) {
  tell(hub, nullptr, leave_mesh{limit});
}

void hub::stop(const caf::strong_actor_ptr& hub) {
  auto done = std::make_shared<std::promise<void>>();
  auto ended = done->get_future();
  tell(hub, nullptr, end_mesh{std::move(done)});
  // Should it have failed before, there is nothing to wait for.
  constexpr std::chrono::seconds limit{5};
  ended.wait_for(limit);
}

caf::behavior hub::make_behavior() {
  return {
      [this](const interest_change& what) { on_interest_change(what); },
      [this](const look_again&) { on_tick(); },
      [this](const dial_result& what) { on_dialed(what); },
      [this](const loop_is_quiet& what) {
        quiet_loops_.set(what.loop);
        leave_if_quiet();
      },
      [this](const leave_mesh& what) { on_leave_request(what.limit); },
      [this](const end_mesh& what) {
        finish();
        quit();
        what.done->set_value();
      },
      [](const caf::io::new_connection_msg&) {},
      [](const caf::io::acceptor_closed_msg&) {},
  };
}

// -- sockets --------------------------------------------------------------------------------------

hub::link_ptr hub::make_link(peer_link::side which) {
  caf::actor_config cfg{&backend()};
  auto made = system().spawn_impl<peer_link, caf::hidden>(
      cfg, *this,
      wire::options{how_.settings.heartbeat_interval, how_.settings.heartbeat_timeout,
                    how_.settings.frame_bytes},
      which);
  return link_ptr{static_cast<peer_link*>(caf::actor_cast<caf::abstract_actor*>(made))};
}

void hub::on_accepted(socket_guard socket) {
  const auto remote = remote_host_of(socket);
  if (leave_until_)
    return note_refusal(remote, refusal::stopping, "the node stops");
  if (handshakes_ >= how_.settings.max_handshakes)
    return note_refusal(remote, refusal::too_many, "too many are in their handshake");
  auto [scribe, error] =
      make_scribe(system(), std::move(socket), how_.tls ? tls_side::accepted : tls_side::none);
  if (scribe == nullptr)
    return note_refusal(remote, refusal::no_certificate, explain_accepted(error));
  auto made = make_link(peer_link::side::accepted);
  links_.emplace(made.get(), known_link{made, {}});
  ++handshakes_;
  made->begin(std::move(scribe));
}

void hub::dial_due(clock::time_point now) {
  for (auto& [address, each] : targets_.all()) {
    if (each.busy || each.is_self || now < each.next)
      continue;
    if (const auto known = peers_.find(each.node); known != peers_.end() && known->second.is_up())
      continue;
    start_dial(each);
  }
}

void hub::start_dial(dial_list::target& at) {
  at.busy = true;
  // On a thread of CAF's pool: names have to be looked up, and that blocks.
  system().spawn<caf::detached + caf::hidden>(
      [to = caf::strong_actor_ptr{ctrl()}, where = at.where, cancelled = cancelled_,
       timeout = how_.settings.connect_timeout,
       within = how_.tls ? reach::anywhere : reach::loopback](caf::event_based_actor*) {
        dial_result result;
        result.address = to_string(where);
        if (auto got = dial(where, timeout, *cancelled, within)) {
          result.socket = std::make_shared<socket_guard>(std::move(*got));
        } else {
          result.error = got.error().message();
          result.nobody_there = got.error() == boost::system::errc::connection_refused;
        }
        tell(to, nullptr, std::move(result));
      });
}

void hub::on_dialed(const dial_result& got) {
  auto* at = targets_.find(got.address);
  if (at == nullptr || leave_until_)
    return;
  if (got.nobody_there) {
    // The process is gone, and with it those who were subscribed there.
    if (const auto known = peers_.find(at->node); known != peers_.end() && !known->second.is_up())
      forget_interest(known->second);
  }
  if (got.socket == nullptr)
    return attempt_failed(got.address, got.error);
  auto [scribe, error] =
      make_scribe(system(), std::move(*got.socket), how_.tls ? tls_side::dialed : tls_side::none);
  if (scribe == nullptr)
    return attempt_failed(got.address, explain_dialed(error));
  auto made = make_link(peer_link::side::dialed);
  links_.emplace(made.get(), known_link{made, got.address});
  made->begin(std::move(scribe));
  made->say(make_hello());
}

void hub::attempt_failed(const std::string& address, const std::string& why) {
  auto* at = targets_.find(address);
  if (at == nullptr)
    return;
  if (at->failures == 0 || at->last_error != why)
    log::info("mesh connection failed", {{"address", address}, {"error", why}});
  else
    log::debug("mesh connection failed", {{"address", address}, {"error", why}});
  at->last_error = why;
  targets_.failed(*at, clock::now());
  if (const auto known = peers_.find(at->node); known != peers_.end() && !known->second.is_up())
    known->second.last_error = why;
  check_joined();
}

// -- handshake ------------------------------------------------------------------------------------

hello hub::make_hello() const {
  hello result;
  result.mesh = how_.settings.name;
  result.name = how_.node;
  result.incarnation = incarnation_;
  result.address = how_.address;
  return result;
}

welcome hub::make_welcome() const {
  welcome result;
  result.name = how_.node;
  result.incarnation = incarnation_;
  result.address = how_.address;
  result.peers = linked_peers();
  return result;
}

std::vector<peer_info> hub::linked_peers() const {
  std::vector<peer_info> result;
  for (const auto& [name, each] : peers_)
    if (each.is_up() && !each.info.address.empty())
      result.push_back(each.info);
  return result;
}

void hub::learn(const std::vector<peer_info>& list) {
  for (const auto& each : list) {
    const auto where = text::parse_host_port(each.address);
    if (!where || each.name == how_.node)
      continue;
    auto& at = targets_.add(*where, false);
    at.node = each.name;
    if (const auto known = peers_.find(each.name); known != peers_.end() && known->second.is_up())
      targets_.succeeded(at);
  }
}

refusal hub::check_hello(peer_link& at, const hello& what, std::string& text) {
  if (what.major != protocol_major) {
    text = "protocol version " + std::to_string(what.major) + " was offered, this node speaks " +
           std::to_string(protocol_major);
    return refusal::wrong_version;
  }
  if (what.magic != protocol_magic) {
    text = "that was no node";
    return refusal::bad_frame;
  }
  if (what.mesh != how_.settings.name) {
    text = "this node is in the mesh \"" + how_.settings.name + "\", not in " +
           config::quote(what.mesh);
    return refusal::wrong_mesh;
  }
  if (what.name.empty() || what.name.size() > max_name_length) {
    text = "a name has 1 to " + std::to_string(max_name_length) + " bytes";
    return refusal::bad_frame;
  }
  const auto is_node = what.role == static_cast<std::uint8_t>(peer_role::node);
  if (how_.tls) {
    const auto subject = at.certificate();
    if (!subject || (is_node && !is_node_named(*subject, what.name))) {
      text = subject ? "the certificate is of the " + std::string{to_string(subject->role)} +
                           " \"" + subject->name + '"'
                     : "the certificate is not one of a mesh";
      return refusal::wrong_certificate;
    }
  }
  if (!is_node)
    return refusal::none;
  if (!is_node_name(what.name)) {
    text = "that is no name of a node";
    return refusal::bad_frame;
  }
  if (what.incarnation == incarnation_) {
    text = "the node has dialed itself";
    return refusal::self;
  }
  const auto known = peers_.find(what.name);
  const auto other_is_up = known != peers_.end() && known->second.is_up() &&
                           known->second.info.incarnation != what.incarnation;
  if (what.name == how_.node || other_is_up) {
    text = "another node is named \"" + what.name + "\"";
    return refusal::name_in_use;
  }
  if (known == peers_.end() && !free_slot()) {
    text = "the mesh is full";
    return refusal::too_many;
  }
  return refusal::none;
}

void hub::note_refusal(const std::string& remote, refusal why, const std::string& text) {
  ++refused_[static_cast<std::size_t>(why)];
  if (last_refusals_.size() >= remembered_refusals)
    last_refusals_.clear();
  const auto [said, fresh] = last_refusals_.try_emplace(remote + ' ' + to_string(why), text);
  const auto fields = {log::field{"remote", remote}, log::field{"reason", to_string(why)},
                       log::field{"detail", text}};
  if (why == refusal::already_linked || (!fresh && said->second == text))
    log::debug("mesh connection refused", fields);
  else
    log::warn("mesh connection refused", fields);
  said->second = text;
}

void hub::refuse_link(peer_link& at, refusal why, const std::string& text) {
  note_refusal(at.remote_host(), why, text);
  at.refuse_and_end(why, text);
}

/// One that was accepted has ended before it was a link, without anybody having refused it.
void hub::note_failed_handshake(const peer_link& at, wire_end why) {
  if (why == wire_end::malformed)
    note_refusal(at.remote_host(), refusal::bad_frame, to_string(why));
  else if (why == wire_end::silent)
    note_refusal(at.remote_host(), refusal::handshake_timeout, to_string(why));
  else if (why == wire_end::closed && how_.tls && !at.heard_anything())
    note_refusal(at.remote_host(), refusal::no_certificate, explain_accepted(at.tls_failure()));
}

void hub::on_hello(peer_link& at, hello&& what) {
  std::string text;
  const auto why = check_hello(at, what, text);
  if (why != refusal::none)
    return refuse_link(at, why, text);
  at.who = {what.name, what.incarnation, reachable(what.address, at.remote_host())};
  if (what.role != static_cast<std::uint8_t>(peer_role::node)) {
    if (how_.clients == nullptr)
      return refuse_link(at, refusal::unauthorized, "this node takes no clients");
    if (how_.clients->clients() >= how_.settings.max_clients)
      return refuse_link(at, refusal::too_many, "too many clients");
    --handshakes_;
    const auto keep = links_.extract(&at);
    const auto refused = how_.clients->admit(at, std::move(what), make_welcome());
    if (refused.why != refusal::none)
      refuse_link(at, refused.why, refused.text);
    return;
  }
  at.say(make_welcome());
}

void hub::on_welcome(peer_link& at, welcome&& what) {
  if (!is_node_name(what.name))
    return at.end(wire_end::malformed);
  const auto found = links_.find(&at);
  auto* target = targets_.find(found->second.target);
  at.who = {what.name, what.incarnation, reachable(what.address, at.remote_host())};
  if (how_.tls) {
    const auto subject = at.certificate();
    if (!subject || !is_node_named(*subject, what.name)) {
      log::warn("mesh peer has the wrong certificate", {{"peer", what.name}});
      return at.end(wire_end::ours);
    }
  }
  if (target != nullptr) {
    if (!target->node.empty() && target->node != what.name) {
      // Another node lives there now; whoever did is gone.
      if (const auto old = peers_.find(target->node); old != peers_.end() && !old->second.is_up())
        forget_interest(old->second);
    }
    target->node = what.name;
  }
  learn(what.peers);
  const auto known = peers_.find(what.name);
  if (known != peers_.end() && known->second.is_up()) {
    if (target != nullptr && known->second.info.incarnation == what.incarnation)
      targets_.succeeded(*target);
    return at.end(wire_end::ours);
  }
  if (what.name == how_.node || (known == peers_.end() && !free_slot()))
    return at.end(wire_end::ours);
  if (decides_with(what.name)) {
    auto& entry = peers_[what.name];
    if (entry.chosen != nullptr)
      return at.end(wire_end::ours);
    entry.chosen = &at;
  }
  confirm answer;
  answer.peers = linked_peers();
  at.say(std::move(answer));
}

void hub::on_refuse(peer_link& at, const refuse& what) {
  const auto why = static_cast<refusal>(what.why);
  const auto found = links_.find(&at);
  const auto address = found == links_.end() ? std::string{} : found->second.target;
  auto* target = targets_.find(address);
  if (why == refusal::self && target != nullptr) {
    log::warn("mesh seed is this node itself", {{"address", address}});
    target->is_self = true;
    return;
  }
  auto& said = last_refusals_[address];
  const auto fields = {log::field{"address", address}, log::field{"reason", to_string(why)},
                       log::field{"detail", what.text}};
  if (why == refusal::already_linked || said == to_string(why))
    log::debug("mesh refused this node", fields);
  else
    log::error("mesh refused this node", fields);
  said = to_string(why);
}

void hub::on_confirm(peer_link& at, confirm&& what) {
  std::string text;
  auto& entry = peers_[at.who.name];
  if (leave_until_)
    return refuse_link(at, refusal::stopping, "the node stops");
  if (decides_with(at.who.name)) {
    if (entry.chosen != nullptr)
      return refuse_link(at, refusal::already_linked, "there is another connection");
    entry.chosen = &at;
  }
  if (entry.is_up() && entry.info.incarnation != at.who.incarnation)
    return refuse_link(at, refusal::name_in_use, "another node is named \"" + at.who.name + "\"");
  learn(what.peers);
  at.say(start{});
  link_up(at);
}

void hub::on_start(peer_link& at) { link_up(at); }

std::optional<peer_slot> hub::free_slot() const {
  std::bitset<max_peers> used;
  for (const auto& [name, each] : peers_)
    if (each.slot)
      used.set(*each.slot);
  for (peer_slot slot = 0; slot < max_peers; ++slot)
    if (!used.test(slot))
      return slot;
  return std::nullopt;
}

void hub::link_up(peer_link& at) {
  auto& entry = peers_[at.who.name];
  // The other side has given up what we still think is up.
  if (const auto old = std::exchange(entry.link, {}))
    old->end(wire_end::replaced);
  if (!entry.slot)
    entry.slot = free_slot();
  if (!entry.slot)
    return at.end(wire_end::ours);
  if (at.which() == peer_link::side::accepted)
    --handshakes_;
  if (decides_with(at.who.name))
    entry.chosen = &at;
  entry.info = at.who;
  entry.link = links_.at(&at).link;
  entry.was_up = true;
  entry.since = std::chrono::system_clock::now();
  entry.last_error.clear();
  if (const auto where = text::parse_host_port(at.who.address))
    targets_.add(*where, false).node = at.who.name;
  for (auto& [address, each] : targets_.all())
    if (each.node == at.who.name && !each.busy)
      targets_.succeeded(each);
  if (auto* target = targets_.find(links_.at(&at).target)) {
    targets_.succeeded(*target);
    last_refusals_.erase(links_.at(&at).target);
  }
  log::info("mesh link up", {{"peer", at.who.name},
                             {"address", at.who.address},
                             {"dialed_by", at.which() == peer_link::side::dialed ? "us" : "them"}});
  at.go_up(*entry.slot, how_.settings.queue_bytes);
  at.tell_snapshot(local_.keys(), local_.version());
  for_each_up([&](auto& each) {
    if (each.link.get() != &at && !at.who.address.empty())
      each.link->say(mesh::peers{{at.who}});
  });
  if (how_.clients != nullptr && !at.who.address.empty())
    how_.clients->on_peer(at.who);
  check_joined();
}

void hub::on_peers(mesh::peers&& what) { learn(what.list); }

void hub::on_wants_snapshot(peer_link& at) { at.tell_snapshot(local_.keys(), local_.version()); }

void hub::on_leave(peer_link& at) { at.end(wire_end::left); }

void hub::on_ended(peer_link& at, wire_end why) {
  const auto found = links_.find(&at);
  if (found == links_.end())
    return; // A client's, by now.
  const auto keep = found->second;
  links_.erase(found);
  const auto now = clock::now();
  const auto known = peers_.find(at.who.name);
  if (known != peers_.end() && known->second.chosen == &at)
    known->second.chosen = nullptr;
  const auto was_link = known != peers_.end() && known->second.link == keep.link;
  const auto was_replaced = why == wire_end::replaced;
  if (!was_link && !was_replaced) {
    // It never came up.
    if (at.which() == peer_link::side::accepted) {
      --handshakes_;
      note_failed_handshake(at, why);
    } else if (auto* target = targets_.find(keep.target); target != nullptr && target->busy) {
      if (at.refused() == refusal::self)
        targets_.succeeded(*target);
      else
        attempt_failed(keep.target, how_.tls && why == wire_end::closed
                                        ? explain_dialed(at.tls_failure())
                                        : to_string(why));
    }
    return check_joined();
  }
  if (known == peers_.end())
    return;
  auto& entry = known->second;
  const auto add = [](peer_link::traffic& to, const peer_link::traffic& what) {
    to.events += what.events;
    to.bytes += what.bytes;
  };
  add(entry.sent_before, at.sent());
  add(entry.received_before, at.received());
  log::info("mesh link down", {{"peer", at.who.name}, {"reason", to_string(why)}});
  if (was_replaced)
    return;
  entry.link = {};
  entry.down_since = now;
  entry.since = std::chrono::system_clock::now();
  entry.last_error = to_string(why);
  if (why == wire_end::left) {
    forget_interest(entry);
    targets_.drop_node(at.who.name);
    peers_.erase(known);
  } else {
    targets_.hurry(at.who.name, now);
  }
  answer_waiting();
  if (leaving_links_ &&
      std::ranges::none_of(peers_, [](const auto& each) { return each.second.is_up(); }))
    finish();
}

// -- interest -------------------------------------------------------------------------------------

void hub::on_interest_change(const interest_change& what) {
  if (what.interested) {
    if (local_.gained(what.key, {what.loop, what.ticket}))
      for_each_up([&](auto& each) {
        each.link->tell_change(what.key, true, local_.version(),
                               local_.channels() + local_.patterns());
      });
    answer_waiting();
  } else if (local_.lost(what.key, what.loop)) {
    for_each_up([&](auto& each) {
      each.link->tell_change(what.key, false, local_.version(),
                             local_.channels() + local_.patterns());
    });
  }
}

void hub::answer_waiting() {
  if (!view_.standing->joined || !local_.anybody_waits())
    return;
  auto confirmed = local_.version();
  for_each_up(
      [&](const auto& each) { confirmed = std::min(confirmed, each.link->confirmed_version()); });
  for (const auto& each : local_.take_confirmed(confirmed))
    tell(how_.loops[each.loop].channels, nullptr, actormesh::interest_seen{0, each.ticket});
}

void hub::forget_interest(peer_entry& of) {
  if (!of.slot)
    return;
  for (const auto& each : how_.loops)
    tell(each.channels, nullptr, peer_forgotten{*of.slot});
  of.slot.reset();
}

void hub::check_joined() {
  if (view_.standing->joined)
    return answer_waiting();
  if (!targets_.all_tried())
    return;
  auto all_known = true;
  for_each_up([&](const auto& each) { all_known = all_known && each.link->knows_theirs(); });
  if (!all_known)
    return;
  view_.standing->joined = true;
  log::info("mesh joined", {{"mesh", how_.settings.name},
                            {"peers", std::ranges::count_if(peers_, [](const auto& each) {
                               return each.second.is_up();
                             })}});
  write_status();
  answer_waiting();
}

// -- time and the end -----------------------------------------------------------------------------

void hub::on_tick() {
  if (port_) {
    add_doorman(make_doorman(system(), std::move(port_->socket),
                             [this](socket_guard socket) { on_accepted(std::move(socket)); }));
    port_.reset();
  }
  const auto now = clock::now();
  std::vector<link_ptr> all;
  for (const auto& [raw, each] : links_)
    all.push_back(each.link);
  // A tick that comes late was kept waiting with what the others have sent.
  const auto was_held_up = now - std::exchange(last_tick_, now) > how_.settings.heartbeat_interval;
  for (const auto& each : all) {
    if (was_held_up)
      each->forgive(now);
    if (each->state() == peer_link::phase::handshake &&
        now - each->made() >= how_.settings.handshake_timeout)
      each->end(wire_end::silent);
    each->check(now);
    each->check_confirmation(now);
  }
  if (how_.clients != nullptr)
    how_.clients->check(now);
  for (auto at = peers_.begin(); at != peers_.end();) {
    auto& [name, each] = *at;
    const auto over = each.was_up && !each.is_up() && each.chosen == nullptr &&
                      now - each.down_since >= how_.settings.forget_after;
    const auto never_came = !each.was_up && each.chosen == nullptr;
    if (!over && !never_came) {
      ++at;
      continue;
    }
    if (never_came) {
      at = peers_.erase(at);
      continue;
    }
    log::info("mesh peer forgotten", {{"peer", name}});
    forget_interest(each);
    targets_.drop_node(name);
    at = peers_.erase(at);
  }
  if (!leave_until_)
    dial_due(now);
  else if (now >= *leave_until_)
    finish();
  check_joined();
  write_status();
  remind(*this, tick_interval);
}

void hub::write_status() {
  mesh_status status;
  status.mesh = how_.settings.name;
  status.node = how_.node;
  status.incarnation = incarnation_;
  status.address = how_.address;
  status.joined = view_.standing->joined;
  status.channels = local_.channels();
  status.patterns = local_.patterns();
  status.clients = how_.clients != nullptr ? how_.clients->clients() : 0;
  status.refused = refused_;
  for (const auto& [name, each] : peers_) {
    auto& out = status.peers.emplace_back();
    out.name = name;
    out.incarnation = each.info.incarnation;
    out.address = each.info.address;
    out.state = each.is_up()  ? peer_state::up
                : each.was_up ? peer_state::unreachable
                              : peer_state::connecting;
    out.since = each.since;
    out.last_error = each.last_error;
    out.events_sent = each.sent_before.events;
    out.bytes_sent = each.sent_before.bytes;
    out.events_received = each.received_before.events;
    out.bytes_received = each.received_before.bytes;
    if (!each.is_up())
      continue;
    out.round_trip = each.link->round_trip();
    out.their_interest = each.link->their_keys();
    out.confirmed_interest = each.link->confirmed_keys();
    out.queued_bytes = each.link->queued_bytes();
    out.events_sent += each.link->sent().events;
    out.bytes_sent += each.link->sent().bytes;
    out.events_received += each.link->received().events;
    out.bytes_received += each.link->received().bytes;
  }
  for (const auto& [address, each] : targets_.all()) {
    if (each.is_self || (!each.node.empty() && peers_.contains(each.node)))
      continue;
    auto& out = status.peers.emplace_back();
    out.name = each.node;
    out.address = address;
    out.state = each.failures == 0 ? peer_state::connecting : peer_state::unreachable;
    out.last_error = each.last_error;
  }
  view_.board->write(std::move(status));
}

void hub::on_leave_request(std::chrono::milliseconds limit) {
  leave_until_ = clock::now() + limit;
  cancelled_->store(true);
  if (how_.clients != nullptr)
    how_.clients->stop();
  leave_if_quiet();
}

void hub::leave_if_quiet() {
  if (!leave_until_ || quiet_loops_.count() < how_.loops.size() ||
      std::exchange(leaving_links_, true))
    return;
  std::vector<link_ptr> all;
  for_each_up([&](const auto& each) { all.push_back(each.link); });
  if (all.empty())
    return finish();
  for (const auto& each : all)
    each->leave_when_done();
}

void hub::finish() {
  if (std::exchange(finished_, true))
    return;
  cancelled_->store(true);
  if (!leave_until_)
    leave_until_ = clock::now();
  std::vector<link_ptr> all;
  for (const auto& [raw, each] : links_)
    all.push_back(each.link);
  for (const auto& each : all)
    each->end(wire_end::ours);
  if (how_.clients != nullptr)
    how_.clients->stop();
  close_all();
  view_.has_left->store(true);
}

} // namespace actormesh::mesh
