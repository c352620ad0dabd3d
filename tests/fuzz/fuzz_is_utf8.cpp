/// `is_utf8` against a decoder that works by value.
#include "tests/fuzz/input.hpp"
#include "text/utf8.hpp"

#include <array>

using namespace actormesh;

namespace {

/// Decodes characters and looks at their numbers, as RFC 3629 section 3 defines them.
bool decodes(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80)
      continue;
    const std::size_t size = first >= 0xF8   ? 0
                             : first >= 0xF0 ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC0 ? 2
                                             : 0;
    if (size == 0 || text.size() - at < size - 1)
      return false;
    std::uint32_t value = first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[at++]);
      if (next >> 6U != 2)
        return false;
      value = value << 6U | (next & 0x3FU);
    }
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
      return false;
  }
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  fuzz::require(text::is_utf8(text) == decodes(text), "both agree");
  return 0;
}
