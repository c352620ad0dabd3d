#include "tests/access/fixtures.hpp"
#include "tests/net/fetch_server.hpp"
#include "tests/process/metrics.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

namespace actormesh::process {

namespace {

/// A web hook that lets everybody in, but answers about some tokens only when it is told to.
class hook {
public:
  hook()
    : server_([this](test::peer& client, int) { serve(client); }) {}
  ~hook() { let_go(); }

  /// Answers from now on.
  void let_go() {
    const std::lock_guard guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }

  void wait_for_held(std::size_t count) {
    std::unique_lock guard{mutex_};
    if (!changed_.wait_for(guard, patience, [&] { return held_ == count; }))
      throw std::runtime_error{"expected " + std::to_string(count) + " questions to be held"};
  }

  [[nodiscard]] std::size_t most_held() {
    const std::lock_guard guard{mutex_};
    return most_;
  }

  [[nodiscard]] std::size_t asked() {
    const std::lock_guard guard{mutex_};
    return asked_;
  }

  [[nodiscard]] std::string url() const { return server_.url(); }

private:
  void serve(test::peer& client) {
    for (auto request = client.request(); !request.empty(); request = client.request()) {
      {
        std::unique_lock guard{mutex_};
        ++asked_;
        if (request.find(R"("authorizationToken":"held)") != std::string::npos) {
          most_ = std::max(most_, ++held_);
          changed_.notify_all();
          changed_.wait(guard, [&] { return open_; });
          --held_;
        }
      }
      if (!client.say(test::answer(R"({"isAuthorized":true})")))
        return;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::size_t held_ = 0;
  std::size_t most_ = 0;
  std::size_t asked_ = 0;
  test::server server_; ///< The last one: it serves at once.
};

std::string config_of(const std::string& authorizer) {
  return R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {connect: [API_KEY, AWS_LAMBDA], publish: [API_KEY, AWS_LAMBDA], subscribe: [API_KEY, AWS_LAMBDA]}
    authorizer: )" +
         authorizer + "\n    namespaces: [{name: default}]\n";
}

std::string publish_by(const std::string& token) {
  return publish_with(authorization_line(token), "/default/a");
}

} // namespace

TEST_CASE("A slow hook holds up nobody but those it is asked about") {
  hook slow;
  node_process node{{.config = config_of("{url: \"" + slow.url() + "\", timeout: 1m}")}};
  web_socket connecting{node.port(), upgrade_of(shown("held-1"))};
  connecting.send_text(R"({"type":"connection_init"})");
  slow.wait_for_held(1);
  http_client publishing{node.port()};
  publishing.send(publish_by("held-2"));
  slow.wait_for_held(2);
  web_socket subscribing{node.port()};
  subscribing.send_text(subscribe_with(shown("held-3"), "/default/a"));
  slow.wait_for_held(3);

  // On the same loop.
  web_socket other{node.port()};
  other.subscribe("mine", "/default/*");
  http_client http{node.port()};
  http.publish("/default/a", {"1"});
  CHECK(other.read_event("mine") == "1");
  CHECK(http.ask(publish_by("quick")).status == 200);
  CHECK(other.read_event("mine") == "1");
  CHECK_FALSE(connecting.socket().has_input());
  CHECK_FALSE(publishing.socket().has_input());
  CHECK_FALSE(subscribing.socket().has_input());

  slow.let_go();
  CHECK(publishing.read_answer().status == 200);
  CHECK(connecting.read_text().starts_with(R"({"type":"connection_ack")"));
  CHECK(subscribing.read_text().starts_with(R"({"type":"subscribe_success")"));
}

TEST_CASE("No more calls are made at the same time than the configuration allows") {
  hook slow;
  node_process node{
      {.config = config_of("{url: \"" + slow.url() + "\", timeout: 1m, concurrency: 2}")}};
  std::vector<std::unique_ptr<http_client>> clients;
  for (auto i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<http_client>(node.port()));
    clients.back()->send(publish_by("held-" + std::to_string(i)));
  }
  slow.wait_for_held(2);
  slow.let_go();
  for (const auto& each : clients)
    CHECK(each->read_answer().status == 200);
  CHECK(slow.most_held() == 2);
  CHECK(slow.asked() == 6);
}

TEST_CASE("Calls for which there is no room are denied") {
  hook slow;
  node_process node{{.config = config_of("{url: \"" + slow.url() +
                                         "\", timeout: 1m, concurrency: 1, queue: 0}")}};
  http_client first{node.port()};
  first.send(publish_by("held"));
  slow.wait_for_held(1);
  http_client http{node.port()};
  CHECK(http.ask(publish_by("quick")).status == 401);
  slow.let_go();
  CHECK(first.read_answer().status == 200);
  CHECK(http.ask(publish_by("quick")).status == 200);
}

TEST_CASE("A client that went away while the hook was asked does no harm") {
  hook slow;
  node_process node{{.config = config_of("{url: \"" + slow.url() + "\", timeout: 1m}")}};
  {
    http_client http{node.port()};
    http.send(publish_by("held-1"));
    web_socket connecting{node.port(), upgrade_of(shown("held-2"))};
    connecting.send_text(R"({"type":"connection_init"})");
    web_socket subscribing{node.port()};
    subscribing.send_text(subscribe_with(shown("held-3"), "/default/a"));
    slow.wait_for_held(3);
    http.socket().reset();
    connecting.socket().reset();
    subscribing.socket().reset();
  }
  slow.let_go();
  http_client http{node.port()};
  CHECK(http.ask(publish_by("quick")).status == 200);
}

TEST_CASE("A hook that is not there lets nobody in, and its failures are counted") {
  std::string gone;
  {
    const hook once;
    gone = once.url();
  }
  node_process node{{.config = config_of("{url: \"" + gone + "\"}")}};
  http_client http{node.port()};
  CHECK(http.ask(publish_by("any")).status == 401);
  CHECK_FALSE(may_connect(node, shown("any")));
  http.publish("/default/a", {"1"});
  CHECK(read_metrics(http)["actormesh_auth_refusals_total{reason=\"authorizer_unavailable\"}"] ==
        2);
}

} // namespace actormesh::process
