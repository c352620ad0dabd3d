#include "net/appsync/later.hpp"

#include <utility>

namespace actormesh::appsync {

void answer_on_loop(net::event_loop& loop, connection& owner, api_ptr to,
                    const std::function<void(auth::answer_handler)>& later,
                    std::function<void(const auth::answer&)> then) {
  later([&loop, &owner, to = std::move(to), keep = caf::strong_actor_ptr{owner.ctrl()},
         then = std::move(then)](auth::answer got) {
    loop.post([&owner, to, keep, then, got = std::move(got)] {
      if (owner.wire() != nullptr)
        then(got);
    });
  });
}

} // namespace actormesh::appsync
