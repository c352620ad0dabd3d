#include "tests/client_library/nodes.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <stdexcept>

namespace actormesh::client_tests {

namespace {

namespace fs = std::filesystem;

/// A CA with certificates for a node and a client.
struct authority {
  authority() {
    run({"mesh-ca", "init", "--name", "actormesh"});
    run({"mesh-ca", "issue", "a"});
    run({"mesh-ca", "issue", "m"});
    run({"mesh-ca", "issue", "billing", "--client"});
  }
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;
  ~authority() { fs::remove_all(folder); }

  void run(const std::vector<std::string>& arguments) const {
    if (const auto got = process::run_program(arguments, folder); got.status != 0)
      throw std::runtime_error{got.errors};
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder / "mesh-ca" / name).string();
  }

  [[nodiscard]] client::tls_files files(const std::string& name) const {
    return {file(name + ".pem"), file(name + ".key"), file("ca.pem")};
  }

  [[nodiscard]] process::node_options node() const {
    process::node_options how;
    const auto tls = files("a");
    for (const auto& each : {"certificate=" + tls.certificate, "key=" + tls.key, "ca=" + tls.ca})
      how.flags.insert(how.flags.end(), {"--set", "mesh.tls." + each});
    return how;
  }

  fs::path folder = process::make_folder();
};

/// A system of its own, with these files.
struct tls_system {
  explicit tls_system(const client::tls_files& files)
    : system((client::prepare(config, &files), config)) {}

  caf::actor_system_config config;
  caf::actor_system system;
};

} // namespace

TEST_CASE("With TLS a client needs a certificate and a key of the API") {
  const authority ours;
  mesh_node a{"a", ours.node()};
  {
    tls_system with{ours.files("billing")};
    client::mesh_client mesh{with.system, options_for({a.address})};
    recorder seen;
    mesh.subscribe("/default/x", seen.actor());
    CHECK(seen.next() == "subscribed /default/x");
    CHECK(get(mesh.publish("/default/x", {"1"})).all_ok());
    CHECK(seen.next() == "/default/x 1");

    auto wrong = options_for({a.address});
    wrong.api_key = process::node_process::other_key();
    client::mesh_client refused{with.system, wrong};
    recorder states;
    refused.watch(states.actor());
    states.read_to("refused");
  }
  {
    const authority theirs;
    tls_system with{theirs.files("billing")};
    auto how = options_for({a.address});
    how.request_timeout = std::chrono::milliseconds{500};
    client::mesh_client mesh{with.system, how};
    CHECK(get(mesh.publish("/default/x", {"1"})).what == client::outcome::disconnected);
  }
  auto how = options_for({a.address});
  how.request_timeout = std::chrono::milliseconds{500};
  client::mesh_client plain{system(), how};
  CHECK(get(plain.publish("/default/x", {"1"})).what == client::outcome::disconnected);
}

TEST_CASE("With TLS a member needs the certificate of a node, and has its name") {
  const authority ours;
  mesh_node a{"a", ours.node()};
  auto how = options_for({a.address});
  how.how = client::role::as_member;
  how.name = "m";
  {
    tls_system with{ours.files("m")};
    client::mesh_client member{with.system, how};
    recorder seen;
    member.subscribe("/default/x", seen.actor());
    CHECK(seen.next() == "subscribed /default/x");
    CHECK(get(member.publish("/default/x", {"1"})).all_ok());
    CHECK(seen.next() == "/default/x 1");
  }
  tls_system with{ours.files("billing")};
  how.request_timeout = std::chrono::milliseconds{500};
  how.name = "billing";
  client::mesh_client member{with.system, how};
  CHECK(get(member.publish("/default/x", {"1"})).what == client::outcome::disconnected);
  a.process.wait_for_log("wrong_certificate");
}

} // namespace actormesh::client_tests
