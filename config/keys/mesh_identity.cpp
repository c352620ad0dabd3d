#include "config/keys/mesh_identity.hpp"

#include "config/keys/mesh_openssl.hpp"
#include "config/keys/pem_file.hpp"
#include "config/schema.hpp"

#include <utility>

namespace actormesh::config {

namespace {

using mesh_openssl::client_prefix;
using mesh_openssl::node_prefix;
using mesh_openssl::owned;

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

result<std::string> certificate_node_name(const std::filesystem::path& file) {
  return mesh_openssl::guarded_openssl(file, [&]() -> result<std::string> {
    const auto certificates = read_certificates(file);
    if (!certificates)
      return certificates.error();
    auto identity = identity_of(*certificates->front());
    if (!identity || identity->role != mesh_role::node)
      return one_problem(file.string(), "expected the certificate of a node");
    return std::move(identity->name);
  });
}

} // namespace actormesh::config
