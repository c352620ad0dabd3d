#include "config/keys/mesh_certificates.hpp"

#include "cli/serve_options.hpp"
#include "config/keys/key_file.hpp"
#include "config/keys/mesh_ca.hpp"
#include "config/keys/mesh_identity.hpp"
#include "config/keys/time_text.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

using namespace actormesh;
using namespace actormesh::config;
using namespace std::chrono_literals;
using config::testing::read_file;
using config::testing::temporary_folder;
namespace fs = std::filesystem;
using std::chrono::days;

namespace {

const std::chrono::sys_seconds now =
    std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

struct freed {
  void operator()(BIO* each) const { BIO_free(each); }
  void operator()(EVP_PKEY* each) const { EVP_PKEY_free(each); }
  void operator()(X509* each) const { X509_free(each); }
  void operator()(X509_STORE* each) const { X509_STORE_free(each); }
  void operator()(X509_STORE_CTX* each) const { X509_STORE_CTX_free(each); }
};
template <class Type> using owned = std::unique_ptr<Type, freed>;

owned<X509> read_certificate(const fs::path& file) {
  const auto text = read_file(file);
  const owned<BIO> memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  owned<X509> certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)};
  REQUIRE(certificate != nullptr);
  return certificate;
}

owned<EVP_PKEY> read_key(const fs::path& file) {
  const auto text = read_file(file);
  const owned<BIO> memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr)};
  REQUIRE(key != nullptr);
  return key;
}

/// What OpenSSL, and so every TLS peer, says about a certificate.
std::string verdict(const fs::path& file, const fs::path& ca, int purpose,
                    std::chrono::sys_seconds at = now) {
  const auto certificate = read_certificate(file);
  const auto root = read_certificate(ca);
  const owned<X509_STORE> store{X509_STORE_new()};
  X509_STORE_add_cert(store.get(), root.get());
  const owned<X509_STORE_CTX> context{X509_STORE_CTX_new()};
  REQUIRE(X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr) == 1);
  auto* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  X509_VERIFY_PARAM_set_time(parameters, at.time_since_epoch().count());
  X509_verify_cert(context.get());
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& each : fs::directory_iterator{folder})
    names.insert(each.path().filename().string());
  return names;
}

certificate_files made(result<certificate_files> outcome) {
  if (!outcome)
    FAIL(to_string(outcome.error().front()));
  return *std::move(outcome);
}

/// A CA, made in a folder of its own.
struct authority {
  temporary_folder folder;
  fs::path path = folder.path() / "ca";
  certificate_files ca;

  explicit authority(const ca_request& request = {})
    : ca{made(init_ca(path, request))} {}

  certificate_files issue(const certificate_request& request) const {
    return made(issue_certificate(path, path, request));
  }
};

/// The problems as a user sees them, with file names instead of paths.
std::vector<std::string> shown(const problems& list, const fs::path& folder) {
  const auto start = folder.string() + "/";
  std::vector<std::string> lines;
  for (const auto& each : list) {
    auto line = to_string(each);
    for (auto at = line.find(start); at != std::string::npos; at = line.find(start))
      line.erase(at, start.size());
    lines.push_back(std::move(line));
  }
  return lines;
}

using lines = std::vector<std::string>;

constexpr const char* fine = "ok";

} // namespace

SCENARIO("a CA is made for its owner alone") {
  GIVEN("a new CA") {
    const authority by{{.mesh = "shop", .life = days{100}, .now = now}};

    THEN("it is two files, and the key can be read by nobody else") {
      CHECK(files_in(by.path) == std::set<std::string>{"ca.key", "ca.pem"});
      CHECK(mode_of(by.path) == 0700U);
      CHECK(mode_of(by.path / "ca.pem") == 0644U);
      CHECK(mode_of(by.path / "ca.key") == 0600U);
      CHECK(by.ca.files.ca == (by.path / "ca.pem").string());
      CHECK(by.ca.files.key == (by.path / "ca.key").string());
      CHECK(by.ca.mesh == "shop");
      CHECK(by.ca.expires == now + days{100});
    }
    THEN("it is one that signs nodes, and no other CAs") {
      const auto certificate = read_certificate(by.path / "ca.pem");
      CHECK(X509_check_ca(certificate.get()) == 1);
      CHECK(X509_get_pathlen(certificate.get()) == 0);
      CHECK(X509_get_key_usage(certificate.get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
      const int place = X509_get_ext_by_NID(certificate.get(), NID_basic_constraints, -1);
      REQUIRE(place >= 0);
      CHECK(X509_EXTENSION_get_critical(X509_get_ext(certificate.get(), place)) == 1);
      const auto key = read_key(by.path / "ca.key");
      CHECK(X509_check_private_key(certificate.get(), key.get()) == 1);
      CHECK(EVP_PKEY_get_bits(key.get()) == 256);
      CHECK(EVP_PKEY_is_a(key.get(), "EC") == 1);
    }
    THEN("it is not overwritten") {
      const auto before = read_file(by.path / "ca.key");
      CHECK(shown(init_ca(by.path, {}).error(), by.path) ==
            lines{"ca.pem: is there already, and is not overwritten",
                  "ca.key: is there already, and is not overwritten"});
      fs::remove(by.path / "ca.pem");
      CHECK_FALSE(init_ca(by.path, {}).has_value());
      CHECK(read_file(by.path / "ca.key") == before);
      CHECK(files_in(by.path) == std::set<std::string>{"ca.key"});
    }
  }
}

TEST_CASE("a folder of a CA is private however its name is written") {
  const temporary_folder folder;
  REQUIRE(init_ca(folder.path() / "deep/er/", {}).has_value());
  CHECK(mode_of(folder.path() / "deep/er") == 0700U);
}

TEST_CASE("of several that make a CA at the same time one does") {
  const temporary_folder folder;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      if (init_ca(folder.path(), {}).has_value())
        ++done;
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(done == 1);
  CHECK(files_in(folder.path()) == std::set<std::string>{"ca.key", "ca.pem"});
  CHECK(X509_check_private_key(read_certificate(folder.path() / "ca.pem").get(),
                               read_key(folder.path() / "ca.key").get()) == 1);
}

SCENARIO("a CA issues certificates") {
  const authority by{{.mesh = "shop"}};
  const auto ca = by.path / "ca.pem";

  GIVEN("that of a node") {
    const auto node = by.issue({.name = "node-1", .life = days{10}, .now = now});
    const fs::path file = node.files.certificate;

    THEN("there are two more files, and it says what to configure") {
      CHECK(files_in(by.path) ==
            std::set<std::string>{"ca.key", "ca.pem", "node-1.key", "node-1.pem"});
      CHECK(mode_of(by.path / "node-1.pem") == 0644U);
      CHECK(mode_of(by.path / "node-1.key") == 0600U);
      CHECK(node.files == mesh_tls_settings{(by.path / "node-1.pem").string(),
                                            (by.path / "node-1.key").string(), ca.string()});
      CHECK(node.mesh == "shop");
      CHECK(node.expires == now + days{10});
    }
    THEN("it is good for both ends of a connection, and for its time") {
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER) == fine);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_CLIENT) == fine);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER, now - 4min) == fine);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER, now + days{10} - 1s) == fine);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER, now + days{10}) ==
            "certificate has expired");
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER, now - 6min) ==
            "certificate is not yet valid");
    }
    THEN("it is no CA, and belongs to the node") {
      const auto certificate = read_certificate(file);
      CHECK(X509_check_ca(certificate.get()) == 0);
      CHECK(X509_get_key_usage(certificate.get()) == KU_DIGITAL_SIGNATURE);
      CHECK(X509_get_extended_key_usage(certificate.get()) == (XKU_SSL_SERVER | XKU_SSL_CLIENT));
      CHECK(identity_of(*certificate) == mesh_identity{mesh_role::node, "node-1"});
      CHECK(*certificate_node_name(file) == "node-1");
      CHECK(X509_check_private_key(certificate.get(), read_key(node.files.key).get()) == 1);
    }
    THEN("another CA of the same name knows nothing of it") {
      const authority other{{.mesh = "shop"}};
      CHECK(verdict(file, other.path / "ca.pem", X509_PURPOSE_SSL_SERVER) != fine);
    }
    THEN("it can't sign") {
      const temporary_folder fake;
      fs::copy_file(file, fake.path() / "ca.pem");
      fs::copy_file(node.files.key, fake.path() / "ca.key");
      CHECK(shown(issue_certificate(fake.path(), fake.path(), {.name = "x"}).error(),
                  fake.path()) == lines{"ca.pem: expected the certificate of a CA"});
    }
    THEN("it is not overwritten") {
      const auto before = read_file(file);
      CHECK(shown(issue_certificate(by.path, by.path, {.name = "node-1"}).error(), by.path) ==
            lines{"node-1.pem: is there already, and is not overwritten",
                  "node-1.key: is there already, and is not overwritten"});
      CHECK(shown(issue_certificate(by.path, by.path, {.name = "ca"}).error(), by.path).size() ==
            2);
      CHECK(read_file(file) == before);
    }
  }

  GIVEN("that of a client, in a folder of its own") {
    const auto client = made(issue_certificate(by.path, by.folder.path() / "out",
                                               {.name = "billing", .role = mesh_role::client}));

    THEN("it is good for the client's end only") {
      const fs::path file = client.files.certificate;
      CHECK(file == by.folder.path() / "out/billing.pem");
      CHECK(mode_of(by.folder.path() / "out") == 0700U);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_CLIENT) == fine);
      CHECK(verdict(file, ca, X509_PURPOSE_SSL_SERVER) == "unsuitable certificate purpose");
      const auto certificate = read_certificate(file);
      CHECK(X509_get_extended_key_usage(certificate.get()) == XKU_SSL_CLIENT);
      CHECK(identity_of(*certificate) == mesh_identity{mesh_role::client, "billing"});
      CHECK(shown(certificate_node_name(file).error(), by.folder.path()) ==
            lines{"out/billing.pem: expected the certificate of a node"});
    }
  }

  GIVEN("several") {
    std::set<std::string> serials;
    for (const auto* const name : {"a", "b", "c", "d"}) {
      const auto certificate = read_certificate(by.issue({.name = name}).files.certificate);
      const auto* const serial = X509_get0_serialNumber(certificate.get());
      CHECK(serial->length <= 17);
      CHECK(serial->length > 8);
      serials.emplace(reinterpret_cast<const char*>(serial->data),
                      static_cast<std::size_t>(serial->length));
    }

    THEN("their serial numbers differ") { CHECK(serials.size() == 4); }
  }
}

TEST_CASE("a certificate ends with its CA at the latest") {
  const authority by{{.life = days{20}, .now = now}};
  CHECK(by.issue({.name = "a", .life = days{21}, .now = now}).expires == now + days{20});
  CHECK(by.issue({.name = "b", .life = days{19}, .now = now}).expires == now + days{19});
  const auto late = issue_certificate(by.path, by.path, {.name = "c", .now = now + days{20}});
  CHECK(shown(late.error(), by.path) == lines{"ca.pem: expired at " + format_time(now + days{20}) +
                                              "; make a new CA with `actormesh mesh-ca init`"});
}

TEST_CASE("names and lives of certificates are checked before anything is made") {
  const temporary_folder folder;
  CHECK(shown(init_ca(folder.path() / "ca", {.mesh = "a b", .life = days{0}}).error(), "") ==
        lines{"the name of a mesh: expected 1 to 64 characters of A-Z, a-z, 0-9, _ . and -; found "
              "\"a b\"",
              "life of a certificate: expected 1 to 36500 days, found 0"});
  CHECK(files_in(folder.path()).empty());
  const authority by;
  for (const auto& name :
       {std::string{}, std::string{"../x"}, std::string{"a,URI:b"}, std::string(65, 'x')}) {
    CAPTURE(name);
    const auto refused = issue_certificate(by.path, by.path, {.name = name});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().front().source == "NAME");
  }
  CHECK(by.issue({.name = std::string(64, 'x')}).files.certificate.ends_with("x.pem"));
}

TEST_CASE("nothing is issued without a CA that is whole") {
  const temporary_folder folder;
  const auto issue = [&] {
    return shown(issue_certificate(folder.path(), folder.path(), {.name = "n"}).error(),
                 folder.path());
  };
  CHECK(issue() == lines{"ca.pem: is not there; expected a CA (make one with `actormesh mesh-ca "
                         "init --dir " +
                         folder.path().string() + "`)"});
  folder.write("ca.pem", "x");
  CHECK(issue() == lines{"ca.pem: expected certificates in PEM form"});
  const authority one;
  const authority other;
  fs::copy_file(one.path / "ca.pem", folder.path() / "ca.pem",
                fs::copy_options::overwrite_existing);
  CHECK(issue() == lines{"ca.key: cannot be opened: No such file or directory"});
  fs::copy_file(other.path / "ca.key", folder.path() / "ca.key");
  CHECK(issue() == lines{"ca.key: is not the key of ca.pem"});
  fs::copy_file(one.path / "ca.key", folder.path() / "ca.key",
                fs::copy_options::overwrite_existing);
  fs::permissions(folder.path() / "ca.key", fs::perms::group_read, fs::perm_options::add);
  CHECK(issue() == lines{"ca.key: others than its owner may read it; expected mode 0600 (`chmod "
                         "600 ca.key`)"});
  CHECK(files_in(folder.path()) == std::set<std::string>{"ca.key", "ca.pem"});
}

SCENARIO("the files of a node are checked when it starts") {
  const authority by{{.life = days{1000}, .now = now - days{2}}};
  const auto node = by.issue({.name = "n", .life = days{100}, .now = now});
  auto tls = node.files;
  const auto check = [&](std::chrono::sys_seconds at = now) {
    return shown(check_mesh_tls(tls, at), by.path);
  };

  GIVEN("what was issued") {
    THEN("nothing is wrong, until it ends") {
      CHECK(check().empty());
      CHECK(check(now + days{86} - 1s).empty());
      CHECK(check(now + days{86}) ==
            lines{"n.pem: warning: expires at " + format_time(now + days{100}) +
                  "; make a new one with `actormesh mesh-ca issue`"});
      CHECK(check(now + days{100}) == lines{"n.pem: expired at " + format_time(now + days{100}) +
                                            "; make a new one with `actormesh mesh-ca issue`"});
      CHECK(check(now - days{1}) == lines{"n.pem: is valid from " + format_time(now - 5min) +
                                          " on, which is not yet by the clock of this machine"});
    }
  }
  GIVEN("files that are not there") {
    tls = {(by.path / "x").string(), (by.path / "y").string(), (by.path / "z").string()};
    THEN("each is named") {
      CHECK(check() == lines{"x: cannot be opened: No such file or directory",
                             "y: cannot be opened: No such file or directory",
                             "z: cannot be opened: No such file or directory"});
    }
  }
  GIVEN("files that are something else") {
    std::swap(tls.certificate, tls.key);
    THEN("each is named") {
      CHECK(check() == lines{"n.key: expected certificates in PEM form",
                             "n.pem: others than its owner may read it; expected mode 0600 "
                             "(`chmod 600 n.pem`)"});
    }
  }
  GIVEN("a certificate behind which there is rubbish") {
    std::ofstream{tls.certificate, std::ios::app} << "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                                     "-----END CERTIFICATE-----\n";
    THEN("it is refused") { CHECK(check() == lines{"n.pem: expected certificates in PEM form"}); }
  }
  GIVEN("a key that others can read") {
    const auto bits = GENERATE(fs::perms::group_read, fs::perms::others_read);
    fs::permissions(tls.key, bits, fs::perm_options::add);
    THEN("it is refused") {
      CHECK(check() == lines{"n.key: others than its owner may read it; expected mode 0600 (`chmod "
                             "600 n.key`)"});
    }
  }
  GIVEN("a key that others can write") {
    fs::permissions(tls.key, fs::perms::group_write, fs::perm_options::add);
    THEN("it is refused") {
      CHECK(check() == lines{"n.key: others than its owner may write to it; expected mode 0600 "
                             "(`chmod 600 n.key`)"});
    }
  }
  GIVEN("a key with a password") {
    const owned<BIO> memory{BIO_new(BIO_s_mem())};
    const auto key = read_key(tls.key);
    std::string password = "secret";
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), EVP_aes_128_cbc(),
                                          password.data(), static_cast<int>(password.size()),
                                          nullptr, nullptr) == 1);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &data);
    std::ofstream{tls.key} << std::string(data, static_cast<std::size_t>(size));
    THEN("nobody is asked for it") {
      CHECK(check() == lines{"n.key: is encrypted; expected a key without a password"});
    }
  }
  GIVEN("the key of another certificate") {
    tls.key = by.issue({.name = "m"}).files.key;
    THEN("it is refused") { CHECK(check() == lines{"m.key: is not the key of n.pem"}); }
  }
  GIVEN("the certificate of a client") {
    tls = by.issue({.name = "c", .role = mesh_role::client}).files;
    THEN("it is refused") {
      CHECK(check() == lines{"c.pem: is the certificate of the client \"c\"; expected that of a "
                             "node, which `actormesh mesh-ca issue NODE` makes"});
    }
  }
  GIVEN("the certificate of the CA") {
    tls = by.ca.files;
    THEN("it is refused") {
      CHECK(check() == lines{"ca.pem: expected the certificate of a node, which `actormesh mesh-ca "
                             "issue NODE` makes"});
    }
  }
  GIVEN("another CA") {
    const authority other;
    const auto copy = by.path / "other.pem";
    fs::copy_file(other.path / "ca.pem", copy);
    tls.ca = copy.string();
    THEN("it is refused") {
      REQUIRE(check().size() == 1);
      CHECK_THAT(check()[0],
                 Catch::StartsWith("n.pem: expected to be signed by a CA of other.pem: "));
    }
    AND_GIVEN("both in one file, while one replaces the other") {
      const auto both = by.path / "both.pem";
      std::ofstream{both} << read_file(copy) << read_file(by.path / "ca.pem");
      tls.ca = both.string();
      THEN("certificates of both are good") {
        CHECK(check().empty());
        tls = other.issue({.name = "o"}).files;
        tls.ca = both.string();
        CHECK(check().empty());
      }
    }
  }
  GIVEN("no CA in the file of CAs") {
    tls.ca = tls.certificate;
    THEN("it is refused") { CHECK(check() == lines{"n.pem: expected certificates of CAs only"}); }
  }
}

TEST_CASE("a CA that ends is reported like a certificate") {
  const authority by{{.life = days{20}, .now = now}};
  const auto tls = by.issue({.name = "n", .life = days{20}, .now = now}).files;
  const auto end = format_time(now + days{20});
  CHECK(
      shown(check_mesh_tls(tls, now + days{10}), by.path) ==
      lines{"n.pem: warning: expires at " + end + "; make a new one with `actormesh mesh-ca issue`",
            "ca.pem: warning: expires at " + end +
                "; make a new one with `actormesh mesh-ca init`"});
  CHECK(shown(check_mesh_tls(tls, now + days{30}), by.path) ==
        lines{"ca.pem: expired at " + end + "; make a new one with `actormesh mesh-ca init`"});
}

SCENARIO("a node takes its name from its certificate") {
  const authority by;
  const auto tls = by.issue({.name = "node-1"}).files;
  const auto file = by.folder.write("f.yaml", R"(
mesh:
  address: 0.0.0.0
  advertise: node-1:7400
  tls: {certificate: ca/node-1.pem, key: ca/node-1.key, ca: ca/ca.pem}
apis:
  - id: a
    auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}
    namespaces: [{name: n}]
)");
  const auto resolve = [&](cli::serve_options options) {
    options.config_file = file.string();
    return cli::resolve_settings(options, {});
  };

  GIVEN("no name") {
    const auto resolved = resolve({});
    REQUIRE(resolved.has_value());
    THEN("the certificate gives it") {
      CHECK(resolved->values.node_name == "node-1");
      CHECK(resolved->name_given);
      CHECK(resolved->values.mesh.tls == tls);
      CHECK(resolved->warnings.empty());
    }
  }
  GIVEN("the same name") {
    const auto resolved = resolve({.node_name = "node-1"});
    THEN("all is well") { CHECK(resolved.has_value()); }
  }
  GIVEN("another name") {
    const auto resolved = resolve({.node_name = "node-2"});
    THEN("one of them is wrong") {
      CHECK(shown(resolved.error(), by.path) ==
            lines{"node-1.pem: is the certificate of the node \"node-1\"; expected that of "
                  "\"node-2\" (node.name)"});
    }
  }
  GIVEN("no mesh") {
    fs::remove(tls.key);
    const auto resolved = resolve({.no_mesh = true});
    THEN("nobody looks at the files") {
      REQUIRE(resolved.has_value());
      CHECK_FALSE(resolved->name_given);
    }
  }
  GIVEN("a key that is gone") {
    fs::remove(tls.key);
    const auto resolved = resolve({});
    THEN("the node does not start") {
      CHECK(shown(resolved.error(), by.path) ==
            lines{"node-1.key: cannot be opened: No such file or directory"});
    }
  }
  GIVEN("a certificate that ends soon") {
    for (const auto& each : {tls.certificate, tls.key})
      fs::remove(each);
    by.issue({.name = "node-1", .life = days{3}});
    const auto resolved = resolve({});
    THEN("the node starts, and warns") {
      REQUIRE(resolved.has_value());
      REQUIRE(resolved->warnings.size() == 1);
      CHECK_THAT(resolved->warnings[0].message, Catch::StartsWith("expires at "));
    }
  }
}

TEST_CASE("a certificate with several names of the mesh, or with none, belongs to nobody") {
  const auto with = [](const std::string& names) {
    owned<X509> certificate{X509_new()};
    auto* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
    return identity_of(*certificate);
  };
  CHECK(with("URI:urn:actormesh:node:a") == mesh_identity{mesh_role::node, "a"});
  CHECK(with("DNS:x,URI:https://x,URI:urn:actormesh:client:a") ==
        mesh_identity{mesh_role::client, "a"});
  CHECK_FALSE(with("DNS:x").has_value());
  CHECK_FALSE(with("DNS:urn:actormesh:node:a").has_value());
  CHECK_FALSE(with("URI:urn:actormesh:node:").has_value());
  CHECK_FALSE(with("URI:urn:actormesh:node:a b").has_value());
  CHECK_FALSE(with("URI:urn:actormesh:nodes:a").has_value());
  CHECK_FALSE(with("URI:urn:actormesh:node:a,URI:urn:actormesh:node:b").has_value());
  CHECK_FALSE(with("URI:urn:actormesh:node:a,URI:urn:actormesh:client:a").has_value());
  const owned<X509> bare{X509_new()};
  CHECK_FALSE(identity_of(*bare).has_value());
}
