/// Who asks for something, as far as it does not take credentials to know.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <string_view>

namespace actormesh::access {
class key_memo;
}

namespace actormesh::service {

/// Views: they need to live as long as the call that takes it says.
struct caller {
  boost::asio::ip::address remote;
  std::string_view connection;      ///< Its id; empty for an HTTP request.
  std::string_view request;         ///< The id that audit records and web hooks get.
  access::key_memo* memo = nullptr; ///< Of its connection.
};

} // namespace actormesh::service
