#include "config/keys/mesh_certificates.hpp"

#include "config/keys/mesh_identity.hpp"
#include "config/keys/mesh_openssl.hpp"
#include "config/keys/pem_file.hpp"
#include "config/keys/time_text.hpp"
#include "config/schema.hpp"

#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::config {

namespace {

using mesh_openssl::end_of;
using mesh_openssl::openssl_problem;
using mesh_openssl::owned;
using std::chrono::sys_seconds;

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

} // namespace

problems check_mesh_tls(const mesh_tls_settings& tls, std::chrono::system_clock::time_point now) {
  return mesh_openssl::guarded_openssl(tls.certificate, [&] {
    return check_files(tls, std::chrono::floor<std::chrono::seconds>(now));
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
