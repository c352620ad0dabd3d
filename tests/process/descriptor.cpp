#include "tests/process/descriptor.hpp"

#include <utility>

#include <unistd.h>

namespace actormesh::process {

descriptor::descriptor(descriptor&& other) noexcept
  : number_(std::exchange(other.number_, -1)) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() { close(); }

void descriptor::close() noexcept {
  if (number_ >= 0)
    ::close(std::exchange(number_, -1));
}

} // namespace actormesh::process
