#include "service/admission.hpp"

#include <utility>

namespace actormesh::service {

admission::ticket::ticket(std::shared_ptr<admission> from, address_count& where)
  : from_(std::move(from))
  , where_(&where) {}

admission::ticket& admission::ticket::operator=(ticket&& other) noexcept {
  std::swap(from_, other.from_);
  std::swap(where_, other.where_);
  return *this;
}

admission::ticket::~ticket() {
  if (from_)
    from_->leave(*where_);
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
  auto& here = *by_address_.try_emplace(who, 0).first;
  if (limits_.connections_per_address != 0 && here.second >= limits_.connections_per_address)
    return {verdict::too_many, {}};
  ++here.second;
  ++connections_;
  return {verdict::admitted, ticket{shared_from_this(), here}};
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

void admission::leave(address_count& where) {
  const std::lock_guard guard{mutex_};
  --connections_;
  if (--where.second == 0)
    by_address_.erase(by_address_.find(where.first));
}

} // namespace actormesh::service
