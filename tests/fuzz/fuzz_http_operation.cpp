/// HTTP requests to publishes, the whole way: `request_parser`, `parse_http_publish`, `prepare`.
#include "actors/channel_path.hpp"
#include "net/http/request_parser.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/served_api.hpp"

using namespace actormesh;
using http::request_parser;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static appsync::operation_parser parser;
  constexpr appsync::operation_limits limits;
  request_parser requests{request_parser::limits{16'384, 65'536}};
  auto rest = fuzz::view(data, size);
  while (!rest.empty() && requests.current_state() != request_parser::state::failed) {
    rest.remove_prefix(requests.put(rest));
    if (requests.current_state() != request_parser::state::complete)
      continue;
    const auto what = parser.parse_http_publish(requests.current().body, limits);
    fuzz::require(what.type == appsync::operation_type::publish, "a body is a publish");
    fuzz::check_operation(what, limits);
    requests.reset();
  }
  return 0;
}
