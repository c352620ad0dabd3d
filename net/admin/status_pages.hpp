/// `/healthz`, `/readyz`, `/metrics`, `/mesh`.
#pragma once

#include "net/admin/node_status.hpp"
#include "net/http/routes.hpp"

#include <vector>

namespace actormesh::admin {

/// Adds the pages' addresses. `node` and `otherwise`, which says that there is no such page,
/// outlive the routes.
void add_status_pages(std::vector<http::route>& routes, const node_status& node,
                      http::fallback& otherwise);

} // namespace actormesh::admin
