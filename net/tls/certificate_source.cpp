#include "net/tls/certificate_source.hpp"

#include <utility>

namespace actormesh::net::tls {

certificate_source::certificate_source()
  : tickets_(std::make_shared<ticket_keys>()) {}

config::problems certificate_source::load(const context_options& how) {
  if (&how != &options_)
    options_ = how;
  // The stamps first: what changes while it is read is found by the next look.
  read_ = seen_ = look();
  auto loaded = context::load(options_, tickets_);
  if (!loaded)
    return loaded.error();
  const std::lock_guard guard{mutex_};
  current_ = std::move(loaded->what);
  return std::move(loaded->warnings);
}

bool certificate_source::changed() {
  const auto now = look();
  const auto settled = now == std::exchange(seen_, now);
  return settled && now != read_;
}

context_ptr certificate_source::current() const {
  const std::lock_guard guard{mutex_};
  return current_;
}

certificate_source::stamps certificate_source::look() const noexcept {
  return {config::stamp_of(options_.certificate), config::stamp_of(options_.key)};
}

} // namespace actormesh::net::tls
