/// A stream that reads and writes what a test says.
#pragma once

#include "net/stream.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace actormesh::test {

/// Its socket is not connected to anything: only `write` may be used.
class scripted_stream final : public net::stream {
public:
  std::string written;
  std::size_t writes = 0;                ///< Calls that took something.
  std::size_t room = SIZE_MAX;           ///< Bytes it takes before it is full.
  std::size_t most_per_write = SIZE_MAX; ///< Bytes it takes at most in one call.
  std::size_t fail_at_write = 0;         ///< The call that fails, from 1; 0: none.

  scripted_stream()
    : net::stream(socket_type{context()}) {}

  result write(std::span<const iovec> what) override {
    ++calls_;
    if (fail_at_write != 0 && calls_ >= fail_at_write)
      return {status::failed, 0};
    std::size_t taken = 0;
    const auto most = std::min(room, most_per_write);
    for (const auto& piece : what) {
      const auto size = std::min(piece.iov_len, most - taken);
      written.append(static_cast<const char*>(piece.iov_base), size);
      taken += size;
    }
    if (taken == 0)
      return {status::would_block, 0};
    room -= room == SIZE_MAX ? 0 : taken;
    ++writes;
    return {status::ok, taken};
  }

private:
  static boost::asio::io_context& context() {
    static boost::asio::io_context shared;
    return shared;
  }

  std::size_t calls_ = 0;
};

} // namespace actormesh::test
