/// An open file or socket that closes itself.
#pragma once

namespace actormesh::process {

/// An open file, closed at the end.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept
    : number_(number) {}
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  void close() noexcept;

private:
  int number_;
};

} // namespace actormesh::process
