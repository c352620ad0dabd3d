#include "tests/mesh_security/certificates.hpp"

#include "tests/process/program.hpp"

#include <stdexcept>

namespace actormesh::mesh_security {

namespace fs = std::filesystem;
using std::chrono::system_clock;

namespace {

template <class Made> config::mesh_tls_settings files_of(const Made& made) {
  if (!made)
    throw std::runtime_error{to_string(made.error().front())};
  return made->files;
}

} // namespace

certificates::certificates()
  : folder_(process::make_folder()) {}

certificates::~certificates() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

config::mesh_tls_settings certificates::issue(const std::string& name, const wanted& what) {
  const auto now = std::chrono::floor<std::chrono::seconds>(system_clock::now());
  const auto ca = folder_ / what.ca;
  if (!fs::exists(ca))
    static_cast<void>(files_of(config::init_ca(ca, {.mesh = "actormesh"})));
  config::certificate_request request{.name = name, .role = what.role, .life = what.life};
  request.now = now + what.begins;
  return files_of(config::issue_certificate(ca, folder_ / std::to_string(++issued_), request));
}

std::vector<std::string> tls_flags(const config::mesh_tls_settings& files) {
  return {"--set", "mesh.tls.certificate=" + files.certificate,
          "--set", "mesh.tls.key=" + files.key,
          "--set", "mesh.tls.ca=" + files.ca};
}

} // namespace actormesh::mesh_security
