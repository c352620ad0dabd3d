#include "tests/mesh/ledger/subscriber.hpp"

#include "tests/mesh/ledger/publish_wire.hpp"
#include "tests/process/web_socket.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <utility>

namespace actormesh::ledger {

namespace {

namespace json = boost::json;

/// How often a waiting subscriber looks whether it should stop.
constexpr std::chrono::milliseconds look_interval{50};

std::string subscribe_message(std::size_t id, const std::string& channel, const std::string& key) {
  return R"({"type":"subscribe","id":")" + std::to_string(id) + R"(","channel":)" +
         process::json_string(channel) + "," + authorization_member(key) + "}";
}

std::size_t subscription_of(const json::object& message) {
  return std::stoul(json::value_to<std::string>(message.at("id")));
}

} // namespace

subscriber::subscriber(subscriber_options options, book& into)
  : client(options.client)
  , how_(std::move(options))
  , book_(into)
  , id_(into.add_subscriber(how_.client.name, how_.channels)) {
  start();
}

subscriber::~subscriber() { finish(); }

void subscriber::reconnected(clock::duration took) { book_.reconnected_subscriber(id_, took); }

void subscriber::run_session(const session& now) {
  const auto socket = connect_web_socket(now.where, how_.client);
  book_.open_session(id_, now.where.node);
  try {
    for (std::size_t i = 0; i < how_.channels.size(); ++i)
      socket->send_text(subscribe_message(i, how_.channels[i], how_.client.key));
    receive(*socket, now);
  } catch (...) {
    book_.close_session(id_);
    throw;
  }
}

void subscriber::receive(process::web_socket& from, const session& now) {
  auto last = clock::now();
  while (!is_stopping()) {
    if (!from.socket().wait_for_input(look_interval)) {
      const auto quiet = clock::now() - last;
      if (how_.silence.count() != 0 && quiet > how_.silence)
        throw std::runtime_error{"the node is silent"};
      if (!book_.is_subscribed(id_) && quiet > how_.client.patience)
        throw std::runtime_error{"no answer to a subscribe"};
      continue;
    }
    const auto frame = from.read_frame();
    last = clock::now();
    if (frame.what == process::opcode::ping)
      from.send({.what = process::opcode::pong, .payload = frame.payload});
    else if (frame.what == process::opcode::text)
      take(frame.payload, now);
    else
      throw std::runtime_error{"the node has closed the connection"};
  }
}

void subscriber::take(std::string_view text, const session& now) {
  const auto message = json::parse(json::string_view{text.data(), text.size()}).as_object();
  const auto& type = message.at("type").as_string();
  if (type == "data")
    return book_.arrive(id_, subscription_of(message),
                        json::value_to<std::string>(message.at("event")));
  if (type == "ka")
    return;
  if (type != "subscribe_success")
    throw std::runtime_error{"not a success: " + std::string{text}};
  book_.subscribed(id_, subscription_of(message), clock::now());
  if (book_.is_subscribed(id_))
    now.works();
}

} // namespace actormesh::ledger
