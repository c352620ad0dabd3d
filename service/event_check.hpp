/// Whether a text is an event.
#pragma once

#include <memory>
#include <string_view>

namespace actormesh::service {

/// Loop-bound: keeps scratch memory from one text to the next.
class event_check {
public:
  event_check();
  event_check(const event_check&) = delete;
  event_check& operator=(const event_check&) = delete;
  ~event_check();

  /// True for valid JSON of any type, strictly read: what stands for no character (half of a
  /// surrogate pair) or for no number that anybody can hold (an exponent beyond 32 bits) is refused
  /// too. Nesting is bounded (`defaults::json_depth`).
  [[nodiscard]] bool is_event(std::string_view text);

private:
  struct scratch;

  std::unique_ptr<scratch> scratch_;
};

} // namespace actormesh::service
