#include "tests/net/reference_inflate.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace actormesh::tests {

namespace {

class decoder {
public:
  explicit decoder(std::string_view data)
    : data_{data} {}

  std::string run() {
    while (bit_ < 8 * data_.size())
      block();
    return std::move(out_);
  }

private:
  /// From length and code to symbol.
  using codes = std::map<std::pair<unsigned, unsigned>, unsigned>;

  unsigned bit() {
    const auto byte = bit_ / 8;
    if (byte >= data_.size())
      throw std::runtime_error{"data ends"};
    return static_cast<unsigned char>(data_[byte]) >> (bit_++ % 8) & 1U;
  }

  unsigned bits(unsigned count) {
    unsigned result = 0;
    for (unsigned i = 0; i < count; ++i)
      result |= bit() << i;
    return result;
  }

  /// RFC 1951 section 3.2.2.
  static codes make_codes(const std::vector<unsigned>& lengths) {
    codes result;
    unsigned code = 0;
    for (unsigned length = 1; length <= 15; ++length, code <<= 1U)
      for (unsigned symbol = 0; symbol < lengths.size(); ++symbol)
        if (lengths[symbol] == length)
          result[{length, code++}] = symbol;
    return result;
  }

  unsigned symbol(const codes& from) {
    unsigned code = 0;
    for (unsigned length = 1; length <= 15; ++length) {
      code = code << 1U | bit();
      if (const auto found = from.find({length, code}); found != from.end())
        return found->second;
    }
    throw std::runtime_error{"no such code"};
  }

  void block() {
    bit(); // the last block; others may follow it here
    switch (bits(2)) {
    case 0:
      return stored();
    case 1:
      return fixed();
    case 2:
      return dynamic();
    default:
      throw std::runtime_error{"no such block"};
    }
  }

  void stored() {
    bit_ = (bit_ + 7) / 8 * 8;
    const auto size = bits(16);
    if (bits(16) != (~size & 0xFFFFU))
      throw std::runtime_error{"size of a stored block"};
    for (unsigned i = 0; i < size; ++i)
      out_ += static_cast<char>(bits(8));
  }

  void fixed() {
    std::vector<unsigned> lengths(288, 8);
    for (std::size_t i = 144; i < 256; ++i)
      lengths[i] = 9;
    for (std::size_t i = 256; i < 280; ++i)
      lengths[i] = 7;
    compressed(make_codes(lengths), make_codes(std::vector<unsigned>(30, 5)));
  }

  void dynamic() {
    constexpr std::array<std::size_t, 19> order = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                   11, 4,  12, 3, 13, 2, 14, 1, 15};
    const auto literals = bits(5) + 257;
    const auto distances = bits(5) + 1;
    const auto count = bits(4) + 4;
    std::vector<unsigned> of_lengths(19, 0);
    for (std::size_t i = 0; i < count; ++i)
      of_lengths[order[i]] = bits(3);
    const auto length_codes = make_codes(of_lengths);
    std::vector<unsigned> lengths;
    while (lengths.size() < literals + distances) {
      const auto next = symbol(length_codes);
      if (next < 16)
        lengths.push_back(next);
      else if (next == 16)
        lengths.insert(lengths.end(), 3 + bits(2), lengths.at(lengths.size() - 1));
      else
        lengths.insert(lengths.end(), next == 17 ? 3 + bits(3) : 11 + bits(7), 0U);
    }
    const auto border = lengths.begin() + static_cast<std::ptrdiff_t>(literals);
    compressed(make_codes({lengths.begin(), border}), make_codes({border, lengths.end()}));
  }

  void compressed(const codes& literals, const codes& distances) {
    constexpr std::array<unsigned, 29> length_base = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                      15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                      67, 83, 99, 115, 131, 163, 195, 227, 258};
    constexpr std::array<unsigned, 29> length_bits = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    while (true) {
      const auto next = symbol(literals);
      if (next == 256)
        return;
      if (next < 256) {
        out_ += static_cast<char>(next);
        continue;
      }
      const auto length = length_base.at(next - 257) + bits(length_bits.at(next - 257));
      const auto code = symbol(distances);
      const auto extra = code < 4 ? 0 : code / 2 - 1;
      const auto base = code < 4 ? code + 1 : ((2U + code % 2) << extra) + 1;
      const std::size_t distance = base + bits(extra);
      for (unsigned i = 0; i < length; ++i)
        out_ += out_.at(out_.size() - distance);
    }
  }

  std::string_view data_;
  std::size_t bit_ = 0;
  std::string out_;
};

} // namespace

std::optional<std::string> reference_inflate(std::string_view data) {
  try {
    return decoder{data}.run();
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace actormesh::tests
