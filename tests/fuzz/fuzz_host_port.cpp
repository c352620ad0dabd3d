/// `text::parse_host_port`: what is read can be written, and read again.
#include "tests/fuzz/input.hpp"
#include "text/host_port.hpp"

using namespace actormesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto found = text::parse_host_port(fuzz::view(data, size));
  if (!found)
    return 0;
  fuzz::require(!found->host.empty() && found->port != 0, "both are there");
  fuzz::require(found->host.find_first_of("[] \t\r\n") == std::string::npos, "a host is one word");
  fuzz::require(text::parse_host_port(to_string(*found)) == found, "it is the same as before");
  return 0;
}
