#include "service/pending.hpp"

#include <cassert>
#include <utility>

namespace actormesh::service {

void pending::wait(net::event_loop& loop, tenant_ptr to, const later& ask,
                   std::function<void(const auth::answer&)> then) {
  assert(!busy());
  alive_ = std::make_shared<char>();
  owner_.hold();
  ask([this, &loop, to = std::move(to), then = std::move(then),
       alive = std::weak_ptr<char>{alive_}](auth::answer got) {
    loop.post([this, to, then, alive, got = std::move(got)] {
      if (alive.expired())
        return;
      alive_ = nullptr;
      then(got);
      owner_.go_on();
    });
  });
}

} // namespace actormesh::service
