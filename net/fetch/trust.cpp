#include "net/fetch/trust.hpp"

#include <openssl/ssl.h>

#include <exception>

namespace actormesh::fetch {

namespace ssl = boost::asio::ssl;

namespace {

boost::system::result<trust_ptr, std::string> load(const std::filesystem::path& ca_file) {
  try {
    auto made = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
    boost::system::error_code failed;
    made->set_default_verify_paths(failed);
    if (failed)
      return "the system's CAs cannot be loaded: " + failed.message();
    if (!ca_file.empty())
      made->load_verify_file(ca_file.string(), failed);
    if (failed)
      return ca_file.string() + " cannot be loaded: " + failed.message();
    return made;
  } catch (const std::exception& failure) {
    return std::string{failure.what()};
  }
}

} // namespace

boost::system::result<trust_ptr, std::string>
trust_store::find(const std::filesystem::path& ca_file) {
  const auto stamp = ca_file.empty() ? config::file_stamp{} : config::stamp_of(ca_file);
  auto& known = entries_[ca_file];
  if (known.what != nullptr && known.stamp == stamp)
    return known.what;
  auto fresh = load(ca_file);
  if (fresh)
    known = {stamp, *fresh};
  return fresh;
}

} // namespace actormesh::fetch
