#include "net/address_limit.hpp"

#include <utility>

namespace actormesh::net {

address_limit::ticket::ticket(std::shared_ptr<address_limit> from,
                              const boost::asio::ip::address& who)
  : from_(std::move(from))
  , who_(who) {}

address_limit::ticket& address_limit::ticket::operator=(ticket&& other) noexcept {
  if (this != &other) {
    if (from_ != nullptr)
      from_->leave(who_);
    from_ = std::move(other.from_);
    who_ = other.who_;
  }
  return *this;
}

address_limit::ticket::~ticket() {
  if (from_ != nullptr)
    from_->leave(who_);
}

std::optional<address_limit::ticket> address_limit::enter(const boost::asio::ip::address& who) {
  const std::lock_guard guard{mutex_};
  auto& count = connections_[who];
  if (most_ != 0 && count >= most_)
    return std::nullopt;
  ++count;
  return ticket{shared_from_this(), who};
}

void address_limit::change(std::size_t most) {
  const std::lock_guard guard{mutex_};
  most_ = most;
}

void address_limit::leave(const boost::asio::ip::address& who) {
  const std::lock_guard guard{mutex_};
  const auto found = connections_.find(who);
  if (found != connections_.end() && --found->second == 0)
    connections_.erase(found);
}

} // namespace actormesh::net
