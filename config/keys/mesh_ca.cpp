#include "config/keys/mesh_ca.hpp"

#include "config/file_io.hpp"
#include "config/keys/mesh_identity.hpp"
#include "config/keys/mesh_openssl.hpp"
#include "config/keys/pem_file.hpp"
#include "config/keys/secret.hpp"
#include "config/keys/time_text.hpp"
#include "config/schema.hpp"

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace {

namespace fs = std::filesystem;
using mesh_openssl::end_of;
using mesh_openssl::openssl_problem;
using mesh_openssl::owned;
using std::chrono::days;
using std::chrono::sys_seconds;

constexpr int serial_bits = 128;
constexpr days longest_life{36'500};
/// For clocks of other machines that are a little behind.
constexpr std::chrono::minutes clock_skew{5};
constexpr mode_t only_owner = S_IRUSR | S_IWUSR;
constexpr mode_t everybody_reads = only_owner | S_IRGRP | S_IROTH;

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string{data, static_cast<std::size_t>(size)} : std::string{};
}

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
  const auto uri =
      std::string{node ? mesh_openssl::node_prefix : mesh_openssl::client_prefix} + request.name;
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

} // namespace

result<certificate_files> init_ca(const fs::path& folder, const ca_request& request) {
  return mesh_openssl::guarded_openssl(folder,
                                       [&] { return make_ca(absolute_folder(folder), request); });
}

result<certificate_files> issue_certificate(const fs::path& ca, const fs::path& out,
                                            const certificate_request& request) {
  return mesh_openssl::guarded_openssl(
      ca, [&] { return make_signed(absolute_folder(ca), absolute_folder(out), request); });
}

} // namespace actormesh::config
