/// What web hooks answer. An answer that lets somebody in says so, is remembered for an hour at
/// most, and says texts about the caller only.
#include "auth/strict_json.hpp"
#include "net/appsync/hook_body.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace actormesh;
  using fuzz::require;
  const auto input = fuzz::view(data, size);
  auto body = auth::parse_strict_object(input);
  if (!body)
    return 0;
  const auto said = appsync::read_hook_answer(std::move(*body));
  require(said.authorized.has_value() || !said.problem.empty(), "what says nothing is a problem");
  require(!said.authorized || input.find("isAuthorized") != std::string_view::npos ||
              input.find('\\') != std::string_view::npos,
          "somebody said so");
  require(!said.ttl || (said.ttl->count() >= 0 && *said.ttl <= std::chrono::hours{1}),
          "nothing is remembered for longer than an hour");
  require(said.claims.empty() || (said.authorized.value_or(false) && said.problem.empty()),
          "claims are about somebody who is let in");
  require(std::all_of(said.claims.begin(), said.claims.end(),
                      [](const auto& each) { return each.value().is_string(); }),
          "claims are texts");
  return 0;
}
