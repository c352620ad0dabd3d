/// Memory for bytes on their way out, borrowed for as long as there are some.
#pragma once

#include "actors/event.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace actormesh::net {

/// Loop-bound: bytes in a row, with large events in between that stay where they are.
struct write_buffer {
  static constexpr std::size_t capacity = 64 * 1024;

  struct reference {
    std::size_t at = 0;    ///< Comes before the byte at this place of `bytes`.
    std::string_view text; ///< Lives as long as `owner`.
    event_ptr owner;
  };

  std::size_t size = 0;             ///< Of `bytes`.
  std::size_t referenced_bytes = 0; ///< Of all references.
  std::vector<reference> references;
  std::array<char, capacity> bytes;

  void clear() noexcept {
    size = 0;
    referenced_bytes = 0;
    references.clear();
  }
  [[nodiscard]] std::size_t room() const noexcept { return capacity - size; }
  [[nodiscard]] std::size_t total() const noexcept { return size + referenced_bytes; }
};

/// Loop-bound: lends buffers. Last in, first out, so that the one in use is warm in the cache.
class buffer_pool {
public:
  struct give_back {
    buffer_pool* pool = nullptr;
    void operator()(write_buffer* what) const noexcept { pool->put(what); }
  };
  using loan = std::unique_ptr<write_buffer, give_back>;

  [[nodiscard]] loan get() {
    if (free_.empty())
      return loan{new write_buffer, give_back{this}};
    auto* what = free_.back().release();
    free_.pop_back();
    return loan{what, give_back{this}};
  }

private:
  /// More are freed: a burst leaves no memory behind.
  static constexpr std::size_t kept = 32;

  void put(write_buffer* what) noexcept {
    auto owned = std::unique_ptr<write_buffer>{what};
    if (free_.size() < kept) {
      owned->clear();
      free_.push_back(std::move(owned));
    }
  }

  std::vector<std::unique_ptr<write_buffer>> free_;
};

} // namespace actormesh::net
