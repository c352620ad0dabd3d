/// Identifiers of events, requests and connections.
#pragma once

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <array>
#include <string_view>

namespace actormesh::net {

/// The text of a UUID, 36 characters.
class uuid_text {
public:
  /// No UUID; for what gets one later.
  uuid_text() = default;
  explicit uuid_text(const boost::uuids::uuid& id) noexcept {
    boost::uuids::to_chars(id, text_.data(), text_.data() + text_.size());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

private:
  std::array<char, 36> text_{};
};

/// Loop-bound: random UUIDs (RFC 4122 version 4). They name things; they are no secrets.
class uuid_source {
public:
  [[nodiscard]] uuid_text next() { return uuid_text{generate_()}; }

private:
  // Boost seeds its own engines with the system's randomness, but not those of the standard
  // library.
  boost::uuids::random_generator_mt19937 generate_;
};

} // namespace actormesh::net
