#include "tests/mesh/ledger/publish_wire.hpp"

#include "tests/mesh/ledger/network_namespace.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <utility>

namespace actormesh::ledger {

namespace {

namespace json = boost::json;

/// Whether every event of a publish was taken.
bool took_all(const json::object& answer) {
  const auto* const failed = answer.if_contains("failed");
  return failed != nullptr && failed->is_array() && failed->get_array().empty();
}

/// `errors[0].errorType` of an answer, wherever AppSync puts it.
std::string error_type(const json::object& answer) {
  const auto* const errors = answer.if_contains("errors");
  if (errors == nullptr || !errors->is_array() || errors->get_array().empty())
    return json::serialize(answer);
  const auto& first = errors->get_array().front();
  const auto* const type =
      first.is_object() ? first.get_object().if_contains("errorType") : nullptr;
  return type != nullptr && type->is_string() ? json::value_to<std::string>(*type)
                                              : json::serialize(answer);
}

class http_wire : public publish_wire {
public:
  http_wire(const place& where, const client_options& options)
    : client_(where.port, options.patience)
    , headers_("Content-Type: application/json\r\nx-api-key: " + options.key + "\r\n") {}

  void send(std::uint64_t id, const std::string& channel,
            const std::vector<std::string>& events) override {
    client_.send(
        process::http_request("POST", "/event", headers_, process::publish_body(channel, events)));
    waiting_.push_back(id);
  }

  bool wait_for_input(std::chrono::milliseconds limit) override {
    return client_.socket().wait_for_input(limit);
  }

  std::optional<publish_answer> read() override {
    if (closing_)
      throw std::runtime_error{"the node has closed the connection"};
    const auto got = client_.read_answer();
    if (waiting_.empty())
      throw std::runtime_error{"an answer to nothing: " + got.head};
    publish_answer answer{.id = waiting_.front(), .is_success = false, .refusal = {}};
    waiting_.pop_front();
    closing_ = got.header("Connection") == "close";
    boost::system::error_code failed;
    const auto body = json::parse(got.body, failed);
    const auto has_members = !failed && body.is_object();
    answer.is_success = got.status == 200 && has_members && took_all(body.get_object());
    if (!answer.is_success)
      answer.refusal = std::to_string(got.status) + " " +
                       (has_members ? error_type(body.get_object()) : got.body);
    return answer;
  }

private:
  process::http_client client_;
  std::string headers_;
  std::deque<std::uint64_t> waiting_;
  bool closing_ = false;
};

class web_socket_wire : public publish_wire {
public:
  web_socket_wire(const place& where, const client_options& options)
    : socket_(connect_web_socket(where, options))
    , authorization_(authorization_member(options.key)) {}

  void send(std::uint64_t id, const std::string& channel,
            const std::vector<std::string>& events) override {
    // The same members as the body of an HTTP publish, and more.
    socket_->send_text(R"({"type":"publish","id":")" + std::to_string(id) + "\"," + authorization_ +
                       "," + process::publish_body(channel, events).substr(1));
  }

  bool wait_for_input(std::chrono::milliseconds limit) override {
    return socket_->socket().wait_for_input(limit);
  }

  std::optional<publish_answer> read() override {
    const auto frame = socket_->read_frame();
    if (frame.what == process::opcode::ping) {
      socket_->send({.what = process::opcode::pong, .payload = frame.payload});
      return {};
    }
    if (frame.what != process::opcode::text)
      throw std::runtime_error{"the node has closed the connection"};
    const auto message = json::parse(frame.payload).as_object();
    const auto type = json::value_to<std::string>(message.at("type"));
    if (type == "ka")
      return {};
    if (type != "publish_success" && type != "publish_error")
      throw std::runtime_error{"not an answer: " + frame.payload};
    publish_answer answer;
    answer.id = std::stoull(json::value_to<std::string>(message.at("id")));
    answer.is_success = type == "publish_success" && took_all(message);
    if (!answer.is_success)
      answer.refusal = error_type(message);
    return answer;
  }

private:
  std::unique_ptr<process::web_socket> socket_;
  std::string authorization_;
};

} // namespace

std::string authorization_member(const std::string& key) {
  return R"("authorization":{"host":"localhost","x-api-key":)" + process::json_string(key) + "}";
}

std::unique_ptr<process::web_socket> connect_web_socket(const place& where,
                                                        const client_options& options) {
  const network_namespace::visit there{where.where};
  auto socket = std::make_unique<process::web_socket>(
      where.port,
      process::web_socket::options{
          .request = process::upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " +
                                              process::header_protocol(options.key) + "\r\n"),
          .patience = options.patience});
  const auto answer = socket->ask(R"({"type":"connection_init"})");
  if (!answer.starts_with(R"({"type":"connection_ack")"))
    throw std::runtime_error{"expected connection_ack, got: " + answer};
  return socket;
}

std::unique_ptr<publish_wire> connect(transport how, const place& where,
                                      const client_options& options) {
  const network_namespace::visit there{where.where};
  if (how == transport::http)
    return std::make_unique<http_wire>(where, options);
  return std::make_unique<web_socket_wire>(where, options);
}

} // namespace actormesh::ledger
