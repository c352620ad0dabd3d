/// `proxy_reader`: the pieces make no difference, and it takes what it wants and no more.
#include "net/proxy_protocol.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>

using namespace actormesh;
using net::proxy_reader;

namespace {

struct outcome {
  proxy_reader::state state;
  net::proxy_error error;
  bool local;
  std::optional<boost::asio::ip::tcp::endpoint> source;
  std::size_t used;

  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome outcome_of(const proxy_reader& reader, std::size_t used) {
  return {reader.current_state(), reader.error(), reader.header().local, reader.header().source,
          used};
}

outcome read(fuzz::pieces input, std::size_t most) {
  proxy_reader reader{most};
  std::size_t used = 0;
  while (!input.done() && reader.current_state() == proxy_reader::state::header) {
    const auto count = reader.put(input.next());
    input.take(count);
    used += count;
  }
  return outcome_of(reader, used);
}

outcome read_wanted(std::string_view bytes, std::size_t most) {
  proxy_reader reader{most};
  std::size_t used = 0;
  while (reader.current_state() == proxy_reader::state::header && used < bytes.size()) {
    const auto wanted = reader.wanted();
    fuzz::require(wanted > 0, "something is wanted until the end");
    const auto part = bytes.substr(used, wanted);
    const auto count = reader.put(part);
    fuzz::require(count == part.size() || reader.current_state() == proxy_reader::state::failed,
                  "what is wanted is taken");
    used += count;
  }
  return outcome_of(reader, used);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  const std::size_t most = (input.option & 1U) != 0 ? net::proxy_header_bytes_max : 100;
  proxy_reader reader{most};
  const auto used = reader.put(input.bytes);
  const auto whole = outcome_of(reader, used);
  fuzz::require(used <= std::min(input.bytes.size(), most), "what is taken is bounded");
  fuzz::require((whole.state == proxy_reader::state::failed) ==
                    (whole.error != net::proxy_error::none),
                "an error is a failure");
  fuzz::require(whole.state == proxy_reader::state::done || !whole.source,
                "nobody is named before the end");
  fuzz::require(!whole.local || !whole.source, "a proxy that speaks for itself names nobody");
  fuzz::require(read({input.bytes, input.sizes}, most) == whole, "pieces give the same");
  fuzz::require(read({input.bytes, {}}, most) == whole, "single bytes give the same");
  fuzz::require(read_wanted(input.bytes, most) == whole, "reading what is wanted gives the same");
  return 0;
}
