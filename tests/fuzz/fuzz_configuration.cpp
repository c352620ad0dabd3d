/// `parse_settings`: a configuration is either good as a whole, or said to be wrong at places that
/// it has.
#include "config/loader.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace actormesh;

namespace {

void check_places(const config::problems& found, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) +
                     static_cast<std::size_t>(std::ranges::count(text, '\r')) + 2;
  for (const auto& each : found) {
    fuzz::require(!each.message.empty(), "a problem says what it is");
    fuzz::require(each.line <= lines, "a problem is where the text is");
    fuzz::require((each.line == 0) == (each.column == 0), "a place is whole");
  }
}

void check_values(const config::settings& values) {
  fuzz::require(!values.listeners.empty(), "there is a listener");
  fuzz::require(values.websocket.keep_alive_interval < values.websocket.connection_timeout,
                "a keep-alive comes in time");
  fuzz::require(values.http.header_bytes >= 1024 && values.http.body_bytes >= 1024 &&
                    values.websocket.message_bytes >= 1024,
                "limits are in their range");
  fuzz::require(!values.apis.empty(), "there is an API");
  std::set<std::string> ids;
  for (const auto& each : values.apis) {
    fuzz::require(!each.id.empty() && ids.insert(each.id).second, "APIs have names of their own");
    fuzz::require(!each.namespaces.empty(), "an API has a namespace");
    fuzz::require(each.keys_file.empty() || each.keys_file.front() == '/', "files are absolute");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  const auto parsed = config::parse_settings(text, {.file = "/nonexistent/actormesh.yaml"});
  check_places(parsed ? parsed->warnings : parsed.error(), text);
  if (parsed) {
    fuzz::require(!config::has_errors(parsed->warnings), "warnings are warnings");
    check_values(parsed->values);
  } else {
    fuzz::require(config::has_errors(parsed.error()), "what is not taken is wrong");
  }
  return 0;
}
