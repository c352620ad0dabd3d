#include "tests/access/fixtures.hpp"
#include "tests/net/fetch_server.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <mutex>

namespace actormesh::process {

namespace {

namespace fs = std::filesystem;

const std::string first = "first-key-of-the-source";
const std::string second = "second-key-of-the-source";

std::string config_of(const std::string& source) {
  return "apis:\n  - id: default\n    keys_source: " + source +
         "\n    limits: {publishes_per_second: 0, connections_per_second: 0}\n"
         "    auth: {failures_per_minute: 0}\n    namespaces: [{name: default}]\n";
}

std::string publish_by(const std::string& key) {
  return publish_with(key_line_of(key), "/default/a");
}

/// A folder as kubelet makes it: the file is a link into a link to a folder, which is exchanged.
void mount(const shelf& files, const std::string& version, const std::string& text) {
  fs::create_directory(files.folder() / version);
  write_private(files.folder() / version / "api_key", text);
  fs::create_symlink(version, files.folder() / "..data_tmp");
  fs::rename(files.folder() / "..data_tmp", files.folder() / "..data");
  if (!fs::exists(fs::symlink_status(files.folder() / "api_key")))
    fs::create_symlink("..data/api_key", files.folder() / "api_key");
}

/// Answers `GetSecretValue`.
class secrets_manager {
public:
  secrets_manager()
    : server_([this](test::peer& client, int) { serve(client); }) {}

  void set(const std::string& current, const std::string& previous) {
    const std::lock_guard guard{mutex_};
    current_ = current;
    previous_ = previous;
  }

  /// Answers nobody while what is returned lives.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock{mutex_}; }

  [[nodiscard]] std::string url() const { return server_.url(); }

private:
  void serve(test::peer& client) {
    for (auto request = client.request(); !request.empty(); request = client.request()) {
      const std::lock_guard guard{mutex_};
      const auto named = request.find(R"("SecretId":"mesh/key")") != std::string::npos &&
                         request.find("secretsmanager.GetSecretValue") != std::string::npos;
      const auto previous = request.find("AWSPREVIOUS") != std::string::npos;
      const auto& key = previous ? previous_ : current_;
      if (!named || key.empty())
        static_cast<void>(client.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"));
      else
        static_cast<void>(
            client.say(test::answer(R"({"Name":"mesh/key","SecretString":"{\"api_key\":\")" + key +
                                        R"(\"}","VersionStages":["AWSCURRENT"]})",
                                    "Content-Type: application/x-amz-json-1.1\r\n")));
    }
  }

  std::mutex mutex_;
  std::string current_;
  std::string previous_;
  test::server server_; ///< The last one: it serves at once.
};

} // namespace

TEST_CASE("A mounted file is exchanged, and the key in it counts while connections stay") {
  const shelf files;
  mount(files, "..v1", first);
  node_process node{{.config = config_of("{file: " + files.path("api_key") + "}")}};
  web_socket client{node.port(), upgrade_of(shown_key(first))};
  REQUIRE(subscribes(client, shown_key(first), "/default/a").find("subscribe_success") !=
          std::string::npos);
  http_client http{node.port()};
  REQUIRE(http.ask(publish_by(second)).status == 401);
  mount(files, "..v2", second);
  wait_for_status(node, publish_by(second), 200);
  // Both count for `overlap`.
  CHECK(http.ask(publish_by(first)).status == 200);
  CHECK(client.read_event("s") == "1");
  CHECK(client.read_event("s") == "1");
}

TEST_CASE("Without an overlap a key that is no longer named counts no longer") {
  const shelf files;
  mount(files, "..v1", first + "\n");
  node_process node{{.config = config_of("{file: " + files.path("api_key") + ", overlap: 0s}")}};
  web_socket client{node.port(), upgrade_of(shown_key(first))};
  REQUIRE(client.ask(R"({"type":"connection_init"})").find("connection_ack") != std::string::npos);
  mount(files, "..v2", R"({"api_key": ")" + second + "\"}");
  wait_for_status(node, publish_by(second), 200);
  http_client http{node.port()};
  CHECK(http.ask(publish_by(first)).status == 401);
  // Whoever is connected stays.
  CHECK(client.read_text() == R"({"type":"ka"})");
  CHECK(subscribes(client, shown_key(second), "/default/a").find("subscribe_success") !=
        std::string::npos);
}

TEST_CASE("An overlap ends") {
  const shelf files;
  files.put("api_key", first);
  node_process node{{.config = config_of("{file: " + files.path("api_key") + ", overlap: 1s}")}};
  files.put("api_key", second);
  wait_for_status(node, publish_by(second), 200);
  wait_for_status(node, publish_by(first), 401);
}

TEST_CASE("A file that cannot be used leaves the keys as they were") {
  const shelf files;
  files.put("api_key", first);
  node_process node{{.config = config_of("{file: " + files.path("api_key") + ", overlap: 0s}")}};
  files.put("api_key", "short");
  node.wait_for_log("expected keys of 16 to 256 characters");
  http_client http{node.port()};
  CHECK(http.ask(publish_by(first)).status == 200);
  files.put("api_key", second);
  wait_for_status(node, publish_by(second), 200);
  CHECK(http.ask(publish_by(first)).status == 401);
}

TEST_CASE("A command prints the keys") {
  const shelf files;
  const auto file = files.put("printed", R"([")" + first + "\"]");
  node_process node{
      {.config = config_of("{command: [cat, " + file + "], interval: 100ms, overlap: 0s}")}};
  http_client http{node.port()};
  REQUIRE(http.ask(publish_by(first)).status == 200);
  files.put("printed", R"([")" + first + R"(",")" + second + "\"]");
  wait_for_status(node, publish_by(second), 200);
  CHECK(http.ask(publish_by(first)).status == 200);
  files.put("printed", R"([")" + second + "\"]");
  wait_for_status(node, publish_by(first), 401);
}

TEST_CASE("An address answers GetSecretValue with two stages, and both keys count") {
  secrets_manager secrets;
  secrets.set(first, {});
  node_process node{{.config = config_of("{url: \"" + secrets.url() +
                                         "\", secret_id: mesh/key, interval: 100ms, overlap: "
                                         "0s}")}};
  wait_for_status(node, publish_by(first), 200);
  http_client http{node.port()};
  CHECK(http.ask(publish_by(second)).status == 401);
  secrets.set(second, first);
  wait_for_status(node, publish_by(second), 200);
  CHECK(http.ask(publish_by(first)).status == 200);
  secrets.set(second, {});
  wait_for_status(node, publish_by(first), 401);
  // An address that fails takes no key away.
  secrets.set({}, {});
  node.wait_for_log("answered 400");
  CHECK(http.ask(publish_by(second)).status == 200);
}

TEST_CASE("A node is ready once its source of keys has answered") {
  secrets_manager secrets;
  secrets.set(first, {});
  auto held = secrets.hold();
  node_process node{{.config = config_of("{url: \"" + secrets.url() + "\", secret_id: mesh/key}")}};
  http_client http{node.port()};
  const auto question = http_request("GET", "/readyz");
  const auto before = http.ask(question, "GET");
  CHECK(before.status == 503);
  CHECK(before.body == "reading keys\n");
  held.unlock();
  CHECK(wait_for_status(node, question, 200).body == "ready\n");
  CHECK(http.ask(publish_by(first)).status == 200);
}

TEST_CASE("actormesh keys rotate lets both keys count, and then only the new one") {
  // Asking until a key counts is guessing.
  node_process node{{.config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    auth: {failures_per_minute: 0}
    namespaces: [{name: default}]
)"}};
  http_client http{node.port()};
  REQUIRE(http.ask(publish_by(node_process::key())).status == 200);
  const auto next =
      node.run_tool({"keys", "rotate", "--file", "keys.yaml", "--overlap", "1h"}).first_line();
  wait_for_status(node, publish_by(next), 200);
  CHECK(http.ask(publish_by(node_process::key())).status == 200);
  const auto last =
      node.run_tool({"keys", "rotate", "--file", "keys.yaml", "--overlap", "0s"}).first_line();
  wait_for_status(node, publish_by(last), 200);
  CHECK(http.ask(publish_by(next)).status == 401);
  CHECK(http.ask(publish_by(node_process::key())).status == 401);
}

} // namespace actormesh::process
