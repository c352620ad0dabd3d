/// One HTTP request to the Event API, from its headers to its answer (appsync-events protocol
/// section 2).
#pragma once

#include "net/appsync/format.hpp"
#include "net/http/exchange.hpp"
#include "net/uuid_source.hpp"
#include "service/failure.hpp"
#include "service/tenant.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace actormesh::appsync {

/// Loop-bound: scratch for the answers of a loop, so that each takes no memory of its own.
struct answer_scratch {
  std::string headers;
  std::string body;
};

/// Loop-bound: what is known of the request and does not change while it is answered. Kept by who
/// answers later.
class request_scope {
public:
  /// `to` is null if the request is to no API: then pages of every origin may read the answer.
  request_scope(http::exchange& what, const service::tenant* to, const net::uuid_text& id,
                const boost::asio::ip::address& client);

  [[nodiscard]] std::string_view id() const noexcept { return id_.view(); }
  /// The client, as trusted proxies name it.
  [[nodiscard]] const boost::asio::ip::address& client() const noexcept { return client_; }

  struct refusal_options {
    std::string_view headers = {}; ///< Whole lines.
    unsigned status = 0;           ///< 0: the failure's own.
    stated_details details = {};
  };

  void refuse(http::exchange& what, failure why, answer_scratch& scratch,
              const refusal_options& how) const;
  void refuse(http::exchange& what, failure why, answer_scratch& scratch) const {
    refuse(what, why, scratch, {});
  }

  /// Answers 200 with `scratch.body`.
  void answer(http::exchange& what, answer_scratch& scratch) const;

  /// Answers 204 with headers, whole lines.
  void answer_empty(http::exchange& what, std::string_view headers, answer_scratch& scratch) const;

private:
  [[nodiscard]] std::string_view common_headers(answer_scratch& scratch,
                                                std::string_view more) const;

  net::uuid_text id_;
  boost::asio::ip::address client_;
  std::string allowed_origin_; ///< `*`, the origin that asked, or nothing.
};

} // namespace actormesh::appsync
