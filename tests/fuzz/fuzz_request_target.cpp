/// `http::split_target`: both parts are pieces of the target, and the path can be asked for again.
#include "net/http/target.hpp"
#include "tests/fuzz/input.hpp"

#include <functional>
#include <string>

using namespace actormesh;

namespace {

bool is_piece(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;
  return part.empty() || part == "/" ||
         (before(whole.data(), part.data()) &&
          before(part.data() + part.size(), whole.data() + whole.size()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto target = fuzz::view(data, size);
  const auto parts = http::split_target(target);
  if (!parts)
    return 0;
  fuzz::require(parts->path.starts_with('/'), "a path begins with a slash");
  fuzz::require(parts->path.find_first_of("?# \r\n") == std::string_view::npos, "it is a path");
  fuzz::require(is_piece(parts->path, target) && is_piece(parts->query, target),
                "nothing is made up");
  if (!target.starts_with('/'))
    return 0;
  fuzz::require(http::split_target(parts->path)->path == parts->path, "it is the same as before");
  return 0;
}
