/// What becomes of a node whose certificate files change while it runs.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"
#include "tests/process/sanitizers.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace actormesh::mesh_security {

namespace fs = std::filesystem;
using security = linked_nodes::security;

namespace {

/// Puts a file into the place of another in one step.
void replace(const fs::path& old, const fs::path& fresh) {
  const auto beside = old.string() + ".new";
  fs::copy_file(fresh, beside, fs::copy_options::overwrite_existing);
  fs::rename(beside, old);
}

} // namespace

TEST_CASE("A node whose certificate files are gone keeps its links and takes no new ones") {
  linked_nodes nodes{security::tls};
  const auto& its = nodes.files_of_a();
  const auto files = open_files(nodes.a().pid());
  const auto papers = nodes.papers().issue("z");
  std::uint64_t refused = 0;
  const auto knock_in_vain = [&] {
    test_peer peer{nodes.mesh_port_of_a()};
    static_cast<void>(peer.start_tls(test_peer::side::dialed, {papers}));
    static_cast<void>(peer.read_to_end());
    wait_for_refused(nodes.a(), "no_certificate", ++refused);
  };
  for (const auto& each : {its.key, its.certificate, its.ca}) {
    INFO(each);
    fs::rename(each, each + ".away");
    const auto before = nodes.a().log().size();
    knock_in_vain();
    nodes.a().wait_for_log("mesh certificate cannot be used", before);
    nodes.a().wait_for_log(each, before);
    fs::rename(each + ".away", each);
  }
  nodes.require_untouched();
  // What is there and is no certificate, or not the one of the key.
  for (const auto& each : {its.key, its.certificate, its.ca}) {
    INFO(each);
    fs::rename(each, each + ".away");
    std::ofstream{each} << "-----BEGIN NOTHING-----\n";
    knock_in_vain();
    fs::rename(each + ".away", each);
  }
  fs::rename(its.key, its.key + ".away");
  fs::copy_file(papers.key, its.key);
  knock_in_vain();
  fs::rename(its.key + ".away", its.key);
  wait_for_open_files(nodes.a(), files);
  nodes.require_untouched();
  // It goes on with them.
  test_peer peer{nodes.mesh_port_of_a()};
  REQUIRE(peer.start_tls(test_peer::side::dialed, {papers}));
  peer.link(hello_of("z"));
  wait_until_up(nodes.a(), "z");
}

TEST_CASE("Connections without usable files cost no memory") {
  linked_nodes nodes{security::tls};
  fs::remove(nodes.files_of_a().ca);
  const auto knock = [&](int times) {
    for (int i = 0; i < times; ++i)
      static_cast<void>(test_peer{nodes.mesh_port_of_a()}.read_to_end());
  };
  knock(50);
  const auto before = resident_bytes(nodes.a().pid());
  knock(500);
  constexpr std::size_t slack = 8U * 1024 * 1024;
  if (!process::sanitized)
    REQUIRE(resident_bytes(nodes.a().pid()) < before + slack);
  nodes.require_untouched();
}

TEST_CASE("Replaced certificates are those of new connections") {
  linked_nodes nodes{security::tls};
  const auto& its = nodes.files_of_a();
  // Of another CA, all three: who comes with a certificate of the old one is a stranger now.
  const auto fresh = nodes.papers().issue("a", {.ca = "second"});
  replace(its.key, fresh.key);
  replace(its.certificate, fresh.certificate);
  // The CA's file is shared with b, which is not to change.
  const auto of_old = nodes.papers().issue("z");
  const auto of_new = nodes.papers().issue("z", {.ca = "second"});
  std::ifstream first{its.ca};
  std::ifstream second{fresh.ca};
  const std::string old_ca{std::istreambuf_iterator<char>{first}, {}};
  const std::string new_ca{std::istreambuf_iterator<char>{second}, {}};
  const auto beside = its.ca + ".new";
  std::ofstream{beside} << old_ca << new_ca;
  fs::rename(beside, its.ca);
  for (const auto& each : {of_old, of_new}) {
    test_peer peer{nodes.mesh_port_of_a()};
    REQUIRE(peer.start_tls(test_peer::side::dialed, {each}));
    peer.link(hello_of("z"));
    wait_until_up(nodes.a(), "z");
    peer.close();
    wait_for(nodes.a(), "the end of the link",
             [](const mesh_view& now) { return !now.is_up("z"); });
  }
  // Without the old CA, only with the new one.
  std::ofstream{beside} << new_ca;
  fs::rename(beside, its.ca);
  test_peer old{nodes.mesh_port_of_a()};
  static_cast<void>(old.start_tls(test_peer::side::dialed, {of_old}));
  REQUIRE(old.read_to_end().empty());
  wait_for_refused(nodes.a(), "no_certificate", 1);
  test_peer renewed{nodes.mesh_port_of_a()};
  REQUIRE(renewed.start_tls(test_peer::side::dialed, {of_new}));
  renewed.link(hello_of("z"));
  wait_until_up(nodes.a(), "z");
  // The link between a and b has been there before.
  REQUIRE(look_at(nodes.a()).is_up("b"));
  REQUIRE(count_in_log(nodes.b(), "mesh link down") == 0);
}

} // namespace actormesh::mesh_security
