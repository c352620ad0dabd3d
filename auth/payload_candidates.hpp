/// The bodies a signer may have had in hand (appsync-events protocol section 5.4).
#pragma once

#include "auth/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::auth {

/// Over HTTP the body is at hand. Over WebSocket it has to be written again from what the frame
/// said, and signers write JSON differently, so there are several. Nothing is written or hashed
/// before it is asked for, and nothing is copied: the views have to outlive this.
class payload_candidates {
public:
  /// The empty body.
  payload_candidates() = default;

  /// The body of an HTTP request: the one candidate there is.
  [[nodiscard]] static payload_candidates of_body(std::string_view body) noexcept;

  /// `{}`.
  [[nodiscard]] static payload_candidates of_connect() noexcept;

  /// `{"channel":"…"}`, with the channel as it was sent.
  [[nodiscard]] static payload_candidates of_subscribe(std::string_view channel) noexcept;

  /// `{"channel":"…","events":["…"]}`, with the channel as it was sent and the events decoded from
  /// the frame's strings.
  [[nodiscard]] static payload_candidates of_publish(std::string_view channel,
                                                     std::span<const std::string> events) noexcept;

  /// The SHA-256 of candidate `index`, likeliest first. Nothing after the last one. No two
  /// candidates are the same.
  [[nodiscard]] std::optional<sha256_digest> hash(std::size_t index) const noexcept;

  /// The bytes of candidate `index`. Nothing after the last one.
  [[nodiscard]] std::optional<std::string> text(std::size_t index) const;

private:
  enum class kind : std::uint8_t { body, subscribe, publish };

  payload_candidates(kind what, std::string_view text, std::span<const std::string> events) noexcept
    : kind_{what}
    , text_{text}
    , events_{events} {}

  /// Calls `writer` with the pieces of candidate `index`. False if there is none.
  template <class Writer> bool write(std::size_t index, Writer&& writer) const;

  [[nodiscard]] bool contains_any(std::string_view characters) const noexcept;

  kind kind_ = kind::body;
  std::string_view text_; ///< The body, or the channel.
  std::span<const std::string> events_;
};

} // namespace actormesh::auth
