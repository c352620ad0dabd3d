#include "net/websocket/framer.hpp"

#include "net/websocket/deflate.hpp"

#include <cstdint>
#include <cstring>

namespace actormesh::websocket {

namespace {

std::size_t put_head(char* out, net::frame_kind what, net::framer::payload of) noexcept {
  const auto first = static_cast<std::uint8_t>(what);
  const auto size = of.own + of.shared;
  if (!is_compressed(first))
    return write_header(out, first, size);
  const auto stored = stored_block_header(static_cast<std::uint16_t>(of.own));
  const auto header = write_header(out, first, stored.size() + size);
  std::memcpy(out + header, stored.data(), stored.size());
  return header + stored.size();
}

} // namespace

const net::framer message_framer{.head = put_head};

} // namespace actormesh::websocket
