#include "config/keys/mesh_certificates.hpp"

#include "config/file_io.hpp"
#include "config/keys/key_file.hpp"
#include "config/keys/openssl.hpp"
#include "config/keys/pem_file.hpp"
#include "config/keys/secret_file.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::sys_seconds;

constexpr int serial_bits = 128;
constexpr days longest_life{36'500};
/// For clocks of other machines that are a little behind.
constexpr std::chrono::minutes clock_skew{5};
constexpr mode_t only_owner = S_IRUSR | S_IWUSR;
constexpr mode_t everybody_reads = only_owner | S_IRGRP | S_IROTH;
constexpr std::string_view node_prefix = "urn:actormesh:node:";
constexpr std::string_view client_prefix = "urn:actormesh:client:";

// -- OpenSSL's objects -------------------------------------------------------------------------

struct freed : openssl_free {
  using openssl_free::operator();
  void operator()(BIGNUM* each) const noexcept { BN_free(each); }
  void operator()(GENERAL_NAMES* each) const noexcept { GENERAL_NAMES_free(each); }
  void operator()(STACK_OF(X509) * each) const noexcept { sk_X509_free(each); }
  void operator()(X509_EXTENSION* each) const noexcept { X509_EXTENSION_free(each); }
  void operator()(X509_STORE* each) const noexcept { X509_STORE_free(each); }
  void operator()(X509_STORE_CTX* each) const noexcept { X509_STORE_CTX_free(each); }
};
template <class Type> using owned = std::unique_ptr<Type, freed>;

problems openssl_problem(const fs::path& source) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  return one_problem(source.string(), "OpenSSL failed: " + std::string{text.data()});
}

/// Nothing that throws gets out.
template <class Function> auto guarded(const fs::path& source, const Function& function) {
  const openssl_error_scope clean;
  try {
    return function();
  } catch (const std::exception& failure) {
    return decltype(function()){one_problem(source.string(), failure.what())};
  }
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string{data, static_cast<std::size_t>(size)} : std::string{};
}

sys_seconds end_of(const X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

// -- making ------------------------------------------------------------------------------------

problems check_request(const std::string& what, std::string_view name, days life) {
  problems found;
  if (!mesh_name_rule().normalise(name))
    found = one_problem(what, "expected " + std::string{mesh_name_rule().expected} + "; found " +
                                  quote(name));
  if (life < days{1} || life > longest_life)
    found.push_back({severity::error, "life of a certificate", 0, 0,
                     "expected 1 to " + std::to_string(longest_life.count()) + " days, found " +
                         std::to_string(life.count())});
  return found;
}

bool add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const owned<X509_EXTENSION> extension{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  return extension != nullptr && X509_add_ext(to, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const owned<BIGNUM> number{BN_new()};
  return number != nullptr &&
         BN_rand(number.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_name(X509_NAME* to, const char* field, const std::string& value) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(value.data());
  return X509_NAME_add_entry_by_txt(to, field, MBSTRING_UTF8, bytes, static_cast<int>(value.size()),
                                    -1, 0) == 1;
}

/// What the certificates of a CA and of its nodes have in common.
struct blueprint {
  std::string mesh;
  std::string common_name;
  sys_seconds begin;
  sys_seconds end;
  std::vector<std::pair<int, std::string>> extensions;
};

/// A CA that can sign.
struct authority {
  certificate_ptr certificate;
  private_key_ptr key;
};

/// Signs with the CA, or with the certificate's own key.
certificate_ptr make_certificate(const blueprint& plan, EVP_PKEY* key, const authority* by) {
  certificate_ptr made{X509_new()};
  if (!made)
    return nullptr;
  auto* const certificate = made.get();
  auto* const subject = X509_get_subject_name(certificate);
  auto* const issuer = by == nullptr ? certificate : by->certificate.get();
  const auto seconds = [](sys_seconds time) {
    return static_cast<std::time_t>(time.time_since_epoch().count());
  };
  const bool filled =
      X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
      ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(plan.begin)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(plan.end)) != nullptr &&
      add_name(subject, "O", plan.mesh) && add_name(subject, "CN", plan.common_name) &&
      X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
      X509_set_pubkey(certificate, key) == 1 &&
      std::all_of(plan.extensions.begin(), plan.extensions.end(), [&](const auto& each) {
        return add_extension(certificate, issuer, each.first, each.second);
      });
  auto* const signer = by == nullptr ? key : by->key.get();
  return filled && X509_sign(certificate, signer, EVP_sha256()) > 0 ? std::move(made) : nullptr;
}

/// The key first: a certificate without one is of no use, and somebody may wait for it.
problems write_pair(const mesh_tls_settings& files, EVP_PKEY* key, X509* certificate) {
  const owned<BIO> pem{BIO_new(BIO_s_mem())};
  const owned<BIO> secret{BIO_new(BIO_s_secmem())};
  if (!pem || !secret || PEM_write_bio_X509(pem.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_problem(files.certificate);
  const config::secret text{text_of(secret.get())};
  if (auto wrong = create_file(files.key, text.view(), only_owner); !wrong.empty())
    return wrong;
  auto wrong = create_file(files.certificate, text_of(pem.get()), everybody_reads);
  if (!wrong.empty())
    ::unlink(files.key.c_str());
  return wrong;
}

/// Says so before anything is made; `create_file` makes sure.
problems refuse_to_overwrite(const mesh_tls_settings& files) {
  problems found;
  for (const auto& each : {files.certificate, files.key}) {
    std::error_code failed;
    if (fs::exists(fs::symlink_status(each, failed)))
      found.push_back({severity::error, each, 0, 0, "is there already, and is not overwritten"});
  }
  return found;
}

fs::path absolute_folder(const fs::path& folder) {
  std::error_code failed;
  auto path = fs::absolute(folder, failed).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

mesh_tls_settings ca_files(const fs::path& folder) {
  const auto certificate = (folder / "ca.pem").string();
  return {certificate, (folder / "ca.key").string(), certificate};
}

result<certificate_files> make_ca(const fs::path& folder, const ca_request& request) {
  if (auto wrong = check_request("the name of a mesh", request.mesh, request.life); !wrong.empty())
    return wrong;
  certificate_files made{ca_files(folder), request.mesh, request.now + request.life};
  if (auto wrong = refuse_to_overwrite(made.files); !wrong.empty())
    return wrong;
  if (auto wrong = make_private_folder(folder); !wrong.empty())
    return wrong;
  const private_key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return openssl_problem(made.files.key);
  const auto certificate =
      make_certificate({.mesh = request.mesh,
                        .common_name = "Actormesh CA",
                        .begin = request.now - clock_skew,
                        .end = made.expires,
                        .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                       {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                       {NID_subject_key_identifier, "hash"}}},
                       key.get(), nullptr);
  if (!certificate)
    return openssl_problem(made.files.certificate);
  if (auto wrong = write_pair(made.files, key.get(), certificate.get()); !wrong.empty())
    return wrong;
  return made;
}

/// The name of the mesh that a CA was made for.
std::string mesh_of(const X509* ca) {
  const auto* const subject = X509_get_subject_name(ca);
  const int place = X509_NAME_get_index_by_NID(subject, NID_organizationName, -1);
  if (place < 0)
    return {};
  const auto* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
  const std::string name{reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text))};
  return mesh_name_rule().normalise(name).value_or(std::string{});
}

result<authority> read_authority(const fs::path& folder, sys_seconds now) {
  const auto files = ca_files(folder);
  std::error_code failed;
  if (!fs::exists(files.certificate, failed))
    return one_problem(files.certificate, "is not there; expected a CA (make one with `actormesh "
                                          "mesh-ca init --dir " +
                                              folder.string() + "`)");
  auto certificates = read_certificates(files.certificate);
  if (!certificates)
    return certificates.error();
  auto key = read_private_key(files.key);
  if (!key)
    return key.error();
  // While one CA replaces another, the one that signs comes first.
  authority found{std::move(certificates->front()), *std::move(key)};
  if (X509_check_ca(found.certificate.get()) < 1)
    return one_problem(files.certificate, "expected the certificate of a CA");
  if (X509_check_private_key(found.certificate.get(), found.key.get()) != 1)
    return one_problem(files.key, "is not the key of " + files.certificate);
  if (const auto end = end_of(found.certificate.get()); end <= now)
    return one_problem(files.certificate, "expired at " + format_time(end) +
                                              "; make a new CA with `actormesh "
                                              "mesh-ca init`");
  return found;
}

result<certificate_files> make_signed(const fs::path& ca, const fs::path& out,
                                      const certificate_request& request) {
  if (auto wrong = check_request("NAME", request.name, request.life); !wrong.empty())
    return wrong;
  const auto by = read_authority(ca, request.now);
  if (!by)
    return by.error();
  auto* const issuer = by->certificate.get();
  certificate_files made;
  made.files = {(out / (request.name + ".pem")).string(), (out / (request.name + ".key")).string(),
                ca_files(ca).certificate};
  made.mesh = mesh_of(issuer);
  made.expires = std::min(request.now + request.life, end_of(issuer));
  if (auto wrong = refuse_to_overwrite(made.files); !wrong.empty())
    return wrong;
  if (auto wrong = make_private_folder(out); !wrong.empty())
    return wrong;
  const private_key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return openssl_problem(made.files.key);
  const bool node = request.role == mesh_role::node;
  const auto uri = std::string{node ? node_prefix : client_prefix} + request.name;
  const auto certificate = make_certificate(
      {.mesh = made.mesh.empty() ? defaults::mesh_name : made.mesh,
       .common_name = request.name,
       .begin = request.now - clock_skew,
       .end = made.expires,
       .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                      {NID_key_usage, "critical,digitalSignature"},
                      {NID_ext_key_usage, node ? "serverAuth,clientAuth" : "clientAuth"},
                      {NID_subject_alt_name, "URI:" + uri},
                      {NID_subject_key_identifier, "hash"},
                      {NID_authority_key_identifier, "keyid:always"}}},
      key.get(), &*by);
  if (!certificate)
    return openssl_problem(made.files.certificate);
  if (auto wrong = write_pair(made.files, key.get(), certificate.get()); !wrong.empty())
    return wrong;
  return made;
}

// -- checking ----------------------------------------------------------------------------------

/// The files of a node, as far as each can be used alone.
struct node_files {
  std::vector<certificate_ptr> chain; ///< The node's own comes first.
  private_key_ptr key;
  std::vector<certificate_ptr> cas;
};

/// Moves a value out, or its problems into the list.
template <class Value> Value take(result<Value> from, problems& wrong) {
  if (from)
    return *std::move(from);
  const auto found = from.error();
  wrong.insert(wrong.end(), found.begin(), found.end());
  return {};
}

/// Turns what OpenSSL says about a chain into what to do about it.
problem explain(X509_STORE_CTX* context, const mesh_tls_settings& tls) {
  const int code = X509_STORE_CTX_get_error(context);
  const auto* const at = X509_STORE_CTX_get_current_cert(context);
  const bool own = X509_STORE_CTX_get_error_depth(context) == 0;
  const auto& file = own ? tls.certificate : tls.ca;
  const auto error = [](const std::string& source, std::string message) {
    return problem{severity::error, source, 0, 0, std::move(message)};
  };
  switch (code) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return error(file, "expired at " + format_time(end_of(at)) +
                           "; make a new one with `actormesh "
                           "mesh-ca " +
                           (own ? "issue`" : "init`"));
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return error(file, "is valid from " + format_time(time_of(X509_get0_notBefore(at))) +
                           " on, which is not yet by the clock of this machine");
  case X509_V_ERR_INVALID_PURPOSE:
    return error(file, "expected a certificate for both ends of TLS, serverAuth and clientAuth");
  default:
    return error(tls.certificate, "expected to be signed by a CA of " + tls.ca + ": " +
                                      X509_verify_cert_error_string(code));
  }
}

/// Verifies for one of both ends of a connection.
problems verify(const node_files& files, const mesh_tls_settings& tls, int purpose,
                std::time_t now) {
  const owned<X509_STORE> store{X509_STORE_new()};
  const owned<X509_STORE_CTX> context{X509_STORE_CTX_new()};
  const owned<STACK_OF(X509)> between{sk_X509_new_null()};
  if (!store || !context || !between)
    return openssl_problem(tls.certificate);
  for (const auto& each : files.cas)
    X509_STORE_add_cert(store.get(), each.get());
  for (const auto& each : files.chain)
    sk_X509_push(between.get(), each.get());
  if (X509_STORE_CTX_init(context.get(), store.get(), files.chain.front().get(), between.get()) !=
      1)
    return openssl_problem(tls.certificate);
  auto* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(parameters, purpose);
  X509_VERIFY_PARAM_set_time(parameters, now);
  if (X509_verify_cert(context.get()) == 1)
    return {};
  return {explain(context.get(), tls)};
}

problems check_identity(const X509& certificate, const mesh_tls_settings& tls) {
  const auto identity = identity_of(certificate);
  const std::string remedy = "which `actormesh mesh-ca issue NODE` makes";
  if (!identity)
    return one_problem(tls.certificate, "expected the certificate of a node, " + remedy);
  if (identity->role == mesh_role::client)
    return one_problem(tls.certificate, "is the certificate of the client " +
                                            quote(identity->name) + "; expected that of a node, " +
                                            remedy);
  return {};
}

problems warn_of_end(const X509* certificate, const std::string& file, const std::string& remedy,
                     sys_seconds now) {
  const auto end = end_of(certificate);
  if (now + defaults::mesh_certificate_renewal < end)
    return {};
  return {{severity::warning, file, 0, 0,
           "expires at " + format_time(end) + "; make a new one with `" + remedy + "`"}};
}

problems check_files(const mesh_tls_settings& tls, sys_seconds now) {
  problems wrong;
  node_files files;
  files.chain = take(read_certificates(tls.certificate), wrong);
  files.key = take(read_private_key(tls.key), wrong);
  files.cas = take(read_certificates(tls.ca), wrong);
  if (!wrong.empty())
    return wrong;
  auto* const own = files.chain.front().get();
  if (X509_check_private_key(own, files.key.get()) != 1)
    return one_problem(tls.key, "is not the key of " + tls.certificate);
  for (const auto& each : files.cas) {
    if (X509_check_ca(each.get()) < 1)
      return one_problem(tls.ca, "expected certificates of CAs only");
  }
  if (auto found = check_identity(*own, tls); !found.empty())
    return found;
  const auto seconds = static_cast<std::time_t>(now.time_since_epoch().count());
  for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    if (auto found = verify(files, tls, purpose, seconds); !found.empty())
      return found;
  }
  auto warnings = warn_of_end(own, tls.certificate, "actormesh mesh-ca issue", now);
  for (const auto& each : files.cas) {
    if (X509_check_issued(each.get(), own) != X509_V_OK)
      continue;
    const auto more = warn_of_end(each.get(), tls.ca, "actormesh mesh-ca init", now);
    warnings.insert(warnings.end(), more.begin(), more.end());
  }
  return warnings;
}

std::optional<mesh_identity> parse_identity(std::string_view uri) {
  const auto with = [&](std::string_view prefix, mesh_role role) -> std::optional<mesh_identity> {
    if (!uri.starts_with(prefix))
      return std::nullopt;
    auto name = mesh_name_rule().normalise(uri.substr(prefix.size()));
    return name ? std::optional{mesh_identity{role, *std::move(name)}} : std::nullopt;
  };
  auto node = with(node_prefix, mesh_role::node);
  return node ? node : with(client_prefix, mesh_role::client);
}

} // namespace

std::string_view to_string(mesh_role value) noexcept {
  return value == mesh_role::node ? "node" : "client";
}

std::optional<mesh_identity> identity_of(const x509_st& certificate) {
  const openssl_error_scope clean;
  const owned<GENERAL_NAMES> names{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
  std::optional<mesh_identity> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* const each = sk_GENERAL_NAME_value(names.get(), i);
    if (each->type != GEN_URI)
      continue;
    const auto* const text = each->d.uniformResourceIdentifier;
    auto identity = parse_identity({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                    static_cast<std::size_t>(ASN1_STRING_length(text))});
    if (!identity)
      continue;
    if (found)
      return std::nullopt;
    found = std::move(identity);
  }
  return found;
}

result<certificate_files> init_ca(const fs::path& folder, const ca_request& request) {
  return guarded(folder, [&] { return make_ca(absolute_folder(folder), request); });
}

result<certificate_files> issue_certificate(const fs::path& ca, const fs::path& out,
                                            const certificate_request& request) {
  return guarded(ca,
                 [&] { return make_signed(absolute_folder(ca), absolute_folder(out), request); });
}

problems check_mesh_tls(const mesh_tls_settings& tls, std::chrono::system_clock::time_point now) {
  return guarded(tls.certificate,
                 [&] { return check_files(tls, std::chrono::floor<std::chrono::seconds>(now)); });
}

result<std::string> certificate_node_name(const fs::path& file) {
  return guarded(file, [&]() -> result<std::string> {
    const auto certificates = read_certificates(file);
    if (!certificates)
      return certificates.error();
    auto identity = identity_of(*certificates->front());
    if (!identity || identity->role != mesh_role::node)
      return one_problem(file.string(), "expected the certificate of a node");
    return std::move(identity->name);
  });
}

bool has_mesh_tls(const settings& values) noexcept {
  return values.mesh.enabled && !values.mesh.tls.certificate.empty();
}

problems check_node_certificate(const settings& values) {
  if (!has_mesh_tls(values))
    return {};
  const auto& tls = values.mesh.tls;
  auto found = check_mesh_tls(tls);
  if (has_errors(found) || values.node_name.empty())
    return found;
  const auto name = certificate_node_name(tls.certificate);
  if (!name)
    return name.error();
  if (*name != values.node_name)
    return one_problem(tls.certificate, "is the certificate of the node " + quote(*name) +
                                            "; expected that of " + quote(values.node_name) +
                                            " (node.name)");
  return found;
}

} // namespace actormesh::config
