/// The upgrade to WebSocket (appsync-events protocol section 3.1).
#pragma once

#include "net/http/routes.hpp"
#include "service/tenant.hpp"

#include <utility>

namespace actormesh::appsync {

class http_edge;

/// `GET {prefix}/event/realtime`.
class realtime_endpoint final : public http::endpoint {
public:
  realtime_endpoint(http_edge& edge, service::tenant_ptr to)
    : edge_(edge)
    , to_(std::move(to)) {}

  void handle(http::exchange& what, const http::target_parts& target) override;

private:
  http_edge& edge_;
  service::tenant_ptr to_;
};

} // namespace actormesh::appsync
