/// Members that have to be given.
#pragma once

#include <concepts>

namespace actormesh::auth {

/// A member of a struct of named values that has no default, although its type has one: whoever
/// leaves it out does not compile. What a check is measured by must not be empty by oversight.
template <class T> class required {
public:
  /// Converts as its value does, so that it is given like any other.
  template <class Given>
  requires std::convertible_to<const Given&, T>
  constexpr required(const Given& given) // NOLINT: implicit, see above
    : value_(given) {}

  constexpr operator const T&() const noexcept { return value_; } // NOLINT: implicit, see above
  constexpr const T& operator*() const noexcept { return value_; }
  constexpr const T* operator->() const noexcept { return &value_; }

private:
  T value_;
};

} // namespace actormesh::auth
