/// Publishing by HTTP (appsync-events protocol section 2).
#pragma once

#include "auth/credentials.hpp"
#include "net/http/routes.hpp"
#include "service/tenant.hpp"

#include <utility>

namespace actormesh::appsync {

class http_edge;

/// The credentials among the headers of a request. All the others belong to them if there is an
/// `Authorization`: they may be signed, and web hooks are told.
[[nodiscard]] auth::credentials credentials_of(const http::request& what);

/// `POST {prefix}/event`.
class publish_endpoint final : public http::endpoint {
public:
  publish_endpoint(http_edge& edge, service::tenant_ptr to)
    : edge_(edge)
    , to_(std::move(to)) {}

  void handle(http::exchange& what, const http::target_parts& target) override;

private:
  http_edge& edge_;
  service::tenant_ptr to_;
};

/// `OPTIONS {prefix}/event`: what browsers ask before they publish (Fetch, "CORS-preflight fetch").
class preflight_endpoint final : public http::endpoint {
public:
  preflight_endpoint(http_edge& edge, service::tenant_ptr to)
    : edge_(edge)
    , to_(std::move(to)) {}

  void handle(http::exchange& what, const http::target_parts& target) override;

private:
  http_edge& edge_;
  service::tenant_ptr to_;
};

} // namespace actormesh::appsync
