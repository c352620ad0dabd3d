#include "service/admission.hpp"

#include <utility>

namespace actormesh::service {

admission::ticket::ticket(std::shared_ptr<admission> from, const boost::asio::ip::address& who)
  : from_(std::move(from))
  , who_(who) {}

admission::ticket& admission::ticket::operator=(ticket&& other) noexcept {
  std::swap(from_, other.from_);
  std::swap(who_, other.who_);
  return *this;
}

admission::ticket::~ticket() {
  if (from_)
    from_->leave(who_);
}

admission::admission(const config::api_limits& limits)
  : limits_(limits)
  , rate_(limits.connections_per_second) {}

admission::result admission::ask(const boost::asio::ip::address& who,
                                 std::chrono::steady_clock::time_point now) {
  const std::lock_guard guard{mutex_};
  if (!rate_.take(now))
    return {verdict::rate_limited, {}};
  if (limits_.connections != 0 && connections_ >= limits_.connections)
    return {verdict::too_many, {}};
  auto& here = by_address_[who];
  if (limits_.connections_per_address != 0 && here >= limits_.connections_per_address)
    return {verdict::too_many, {}};
  ++here;
  ++connections_;
  return {verdict::admitted, ticket{shared_from_this(), who}};
}

void admission::change_limits(const config::api_limits& limits) {
  const std::lock_guard guard{mutex_};
  limits_ = limits;
  rate_.rate(limits.connections_per_second);
}

std::size_t admission::connections() const {
  const std::lock_guard guard{mutex_};
  return connections_;
}

void admission::leave(const boost::asio::ip::address& who) {
  const std::lock_guard guard{mutex_};
  --connections_;
  if (const auto found = by_address_.find(who); --found->second == 0)
    by_address_.erase(found);
}

} // namespace actormesh::service
