#include "service/access/failure_limiter.hpp"

#include <algorithm>
#include <array>

namespace actormesh::access {

namespace {

/// Addresses that are remembered. Beyond it those that failed least are forgotten: the memory is
/// bounded, whoever guesses.
constexpr std::size_t most_accounts = 65'536;

} // namespace

boost::asio::ip::address failure_limiter::group_of(const boost::asio::ip::address& from) {
  if (!from.is_v6())
    return from;
  const auto v6 = from.to_v6();
  if (v6.is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6{bytes};
}

double failure_limiter::now_of(const account& what, time_point now) const noexcept {
  const auto minutes = std::chrono::duration<double, std::ratio<60>>(now - what.at).count();
  return std::max(0.0, what.failures - std::max(minutes, 0.0) * static_cast<double>(per_minute_));
}

bool failure_limiter::failed(const boost::asio::ip::address& from, time_point now) {
  const std::lock_guard guard{mutex_};
  if (per_minute_ == 0)
    return false;
  const auto who = group_of(from);
  auto found = accounts_.find(who);
  if (found == accounts_.end()) {
    if (accounts_.size() >= most_accounts)
      make_room(now);
    found = accounts_.emplace(who, account{0, now}).first;
  }
  auto& its = found->second;
  its.failures = std::min(now_of(its, now) + 1, static_cast<double>(per_minute_) + 1);
  its.at = now;
  return its.failures > static_cast<double>(per_minute_);
}

bool failure_limiter::exhausted(const boost::asio::ip::address& from, time_point now) {
  const std::lock_guard guard{mutex_};
  if (per_minute_ == 0 || accounts_.empty())
    return false;
  const auto found = accounts_.find(group_of(from));
  return found != accounts_.end() &&
         now_of(found->second, now) + 1 > static_cast<double>(per_minute_);
}

void failure_limiter::limit(std::size_t per_minute) {
  const std::lock_guard guard{mutex_};
  per_minute_ = per_minute;
}

void failure_limiter::make_room(time_point now) {
  // Somebody has very many addresses. Each of these steps makes room for many more.
  std::erase_if(accounts_, [&](const auto& each) { return now_of(each.second, now) <= 1; });
  if (accounts_.size() >= most_accounts)
    accounts_.clear();
}

} // namespace actormesh::access
