/// Who asks for something, as far as it does not take credentials to know.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <string_view>

namespace actormesh::access {
class key_memo;
using key_slot = std::unique_ptr<key_memo>;
} // namespace actormesh::access

namespace actormesh::service {

/// Views: they need to live as long as the call that takes it says.
struct caller {
  boost::asio::ip::address remote;
  std::string_view connection;      ///< Its id; empty for an HTTP request.
  std::string_view request;         ///< The id that audit records and web hooks get.
  access::key_slot* memo = nullptr; ///< Of its connection; used by publishes.
};

} // namespace actormesh::service
