// Certificates and keys from files, and keys of tickets.

#include "net/tls/certificate_source.hpp"
#include "net/tls/context.hpp"
#include "net/tls/ticket_keys.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace actormesh;
using namespace actormesh::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Returns the one problem of files that are no good.
std::string refusal(const net::tls::context_options& how) {
  const auto loaded = net::tls::context::load(how, std::make_shared<net::tls::ticket_keys>());
  REQUIRE(!loaded.has_value());
  REQUIRE(config::has_errors(loaded.error()));
  return to_string(loaded.error().front());
}

std::string text_of(const fs::path& file) {
  std::ifstream from{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{from}, {}};
}

void overwrite(const fs::path& file, const std::string& text) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << text;
}

} // namespace

TEST_CASE("certificate and key that fit") {
  authority ca;
  const auto loaded =
      net::tls::context::load(ca.issue(), std::make_shared<net::tls::ticket_keys>());
  REQUIRE(loaded.has_value());
  CHECK(loaded->warnings.empty());
  const auto left = loaded->what->expires() - std::chrono::system_clock::now();
  CHECK(left > 89 * 24h);
  CHECK(left < 91 * 24h);
}

TEST_CASE("files that are no good are refused, and it is said why") {
  authority ca;
  auto how = ca.issue();

  SECTION("no such certificate") {
    how.certificate += "x";
    CHECK_THAT(refusal(how), Contains("cannot be opened"));
  }
  SECTION("no such key") {
    how.key += "x";
    CHECK_THAT(refusal(how), Contains("cannot be opened"));
  }
  SECTION("the key where the certificate should be") {
    how.certificate = how.key;
    CHECK_THAT(refusal(how), Contains("expected certificates in PEM form"));
  }
  SECTION("the certificate where the key should be") {
    how.key = how.certificate;
    CHECK_THAT(refusal(how), Contains("expected a private key in PEM form"));
  }
  SECTION("the key of another certificate") {
    how.key = ca.issue().key;
    CHECK_THAT(refusal(how), Contains("is not the key of " + how.certificate.string()));
  }
  SECTION("a key that others may read") {
    fs::permissions(how.key, fs::perms::group_read, fs::perm_options::add);
    CHECK_THAT(refusal(how), Contains("chmod 600 " + how.key.string()));
  }
  SECTION("a key with a password") {
    how = ca.issue({.password = "secret"});
    CHECK_THAT(refusal(how), Contains("is encrypted"));
  }
  SECTION("a certificate that has ended") {
    how = ca.issue({.begins = -48h, .ends = -24h});
    CHECK_THAT(refusal(how), Contains("expired at"));
  }
  SECTION("a certificate that has not begun") {
    how = ca.issue({.begins = 24h, .ends = 48h});
    CHECK_THAT(refusal(how), Contains("not yet"));
  }
  SECTION("ciphers that don't exist") {
    how.ciphers = "ROT13";
    CHECK_THAT(refusal(how), Contains("expected ciphers of TLS 1.2"));
  }
}

TEST_CASE("files that can be used, but should be looked at") {
  authority ca;
  SECTION("a certificate that ends soon") {
    const auto loaded = net::tls::context::load(ca.issue({.ends = 24h * 13}),
                                                std::make_shared<net::tls::ticket_keys>());
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(loaded->warnings.front().level == config::severity::warning);
    CHECK_THAT(loaded->warnings.front().message, Contains("expires at"));
  }
  SECTION("a chain that is none") {
    auto how = ca.issue();
    overwrite(how.certificate, text_of(how.certificate) + text_of(ca.issue().certificate));
    const auto loaded = net::tls::context::load(how, std::make_shared<net::tls::ticket_keys>());
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->warnings.size() == 1);
    CHECK_THAT(loaded->warnings.front().message, Contains("certificate 3 did not issue"));
  }
}

TEST_CASE("a certificate is replaced while the node runs") {
  authority ca;
  const auto how = ca.issue();
  net::tls::certificate_source source;
  CHECK(source.current() == nullptr);
  REQUIRE(source.load(how).empty());
  const auto first = source.current();
  REQUIRE(first != nullptr);
  CHECK(!source.changed());

  const auto fresh = ca.issue({.ends = 24h * 200});
  fs::rename(fresh.certificate, how.certificate);
  CHECK(!source.changed()); // Perhaps the key follows.
  SECTION("both files") {
    fs::rename(fresh.key, how.key);
    CHECK(!source.changed());
    CHECK(source.changed());
    CHECK(source.reload().empty());
    CHECK(source.current() != first);
    CHECK(source.current()->expires() > first->expires());
    CHECK(!source.changed());
  }
  SECTION("only one, so that they don't fit; then the other one") {
    CHECK(source.changed());
    CHECK(config::has_errors(source.reload()));
    CHECK(source.current() == first);
    CHECK(!source.changed()); // It is said once.
    fs::rename(fresh.key, how.key);
    CHECK(!source.changed());
    CHECK(source.changed());
    CHECK(source.reload().empty());
    CHECK(source.current() != first);
  }
  SECTION("one goes away") {
    fs::remove(how.key);
    CHECK(!source.changed());
    CHECK(source.changed());
    CHECK(config::has_errors(source.reload()));
    CHECK(source.current() == first);
  }
}

TEST_CASE("keys of tickets") {
  net::tls::ticket_keys keys;
  const net::tls::ticket_keys::clock::time_point start{};
  const auto first = keys.sealing(start);
  REQUIRE(first);

  SECTION("one seals until its time is over, and opens a little longer") {
    const auto same = keys.sealing(start + keys.rotation - 1s);
    REQUIRE(same);
    CHECK(same->name == first->name);
    const auto next = keys.sealing(start + keys.rotation);
    REQUIRE(next);
    CHECK(next->name != first->name);
    CHECK(next->aes != first->aes);
    CHECK(next->hmac != first->hmac);

    const auto old = keys.opening(first->name, start + keys.key_life - 1s);
    REQUIRE(old);
    CHECK(old->key.aes == first->aes);
    CHECK(!old->seals);
    CHECK(!keys.opening(first->name, start + keys.key_life));
    CHECK(keys.opening(next->name, start + keys.key_life)->seals);
  }
  SECTION("one that nobody made opens nothing") {
    auto name = first->name;
    name[0] ^= 1;
    CHECK(!keys.opening(name, start));
    CHECK(!keys.opening({}, start));
  }
}
