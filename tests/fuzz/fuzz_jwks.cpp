/// Sets of keys as providers publish them. Whatever is a key by our reading can be used.
#include "auth/jwks.hpp"
#include "tests/fuzz/input.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace actormesh::auth;
using actormesh::fuzz::require;

constexpr algorithm algorithms[] = {
    algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256, algorithm::ps384,
    algorithm::ps512, algorithm::es256, algorithm::es384, algorithm::es512, algorithm::eddsa};

/// A signature that nobody made, of the size that the key asks for as far as it has one.
std::string made_up_signature(key_type type) {
  switch (type) {
  case key_type::rsa:
    return std::string(256, 'x');
  case key_type::ec_p256:
  case key_type::ed25519:
    return std::string(64, '\1');
  case key_type::ec_p384:
    return std::string(96, '\1');
  case key_type::ec_p521:
    return std::string(132, '\1');
  }
  return {};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto result = parse_jwks(actormesh::fuzz::view(data, size));
  require((result.keys == nullptr) == !result.problem.empty(), "there is a set or a reason");
  if (result.keys == nullptr)
    return 0;
  require(result.keys->size() + result.ignored.size() <= jwks_keys, "a set has its limit");
  for (const std::string_view kid : {"", "k", "rsa", "ec"}) {
    for (const auto what : algorithms) {
      const auto* const key = result.keys->find(kid, what);
      if (key == nullptr)
        continue;
      require(key->fits(what) && key->type() == key_type_of(what), "a key fits its algorithm");
      require(kid.empty() || key->id().empty() || key->id() == kid, "a key has the name asked for");
      // Only that it comes back: a made-up key may well have made-up signatures.
      (void)key->verifies(what, "message", made_up_signature(key->type()));
    }
  }
  return 0;
}
