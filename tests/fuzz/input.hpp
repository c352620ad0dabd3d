/// How fuzz targets look at their input and complain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace actormesh::fuzz {

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Stops if something that must hold doesn't.
inline void require(bool holds, const char* what) {
  if (holds)
    return;
  std::cerr << "does not hold: " << what << '\n';
  std::abort();
}

/// Cuts bytes into pieces whose sizes come from other bytes, over and over.
class pieces {
public:
  pieces(std::string_view bytes, std::string_view sizes)
    : bytes_{bytes}
    , sizes_{sizes} {}

  [[nodiscard]] bool done() const { return bytes_.empty(); }

  std::string_view next() {
    const auto size = sizes_.empty() ? 1 : 1 + static_cast<unsigned char>(sizes_[at_++]) % 64U;
    if (at_ == sizes_.size())
      at_ = 0;
    return bytes_.substr(0, size);
  }

  void take(std::size_t count) { bytes_.remove_prefix(count); }

private:
  std::string_view bytes_;
  std::string_view sizes_;
  std::size_t at_ = 0;
};

/// The first bytes of an input rule how the others are fed.
struct controlled {
  std::uint8_t option = 0;
  std::string_view sizes;
  std::string_view bytes;
};

inline controlled split(std::string_view input) {
  constexpr std::size_t count = 5;
  if (input.size() < count)
    return {};
  return {static_cast<std::uint8_t>(input[0]), input.substr(1, count - 1), input.substr(count)};
}

} // namespace actormesh::fuzz
