#include "actors/event.hpp"

namespace actormesh {

event::~event() {
  for (auto& slot : forms_)
    delete slot.load(std::memory_order_acquire);
}

event_batch::event_batch(std::vector<event_ptr> list)
  : events_(std::move(list)) {
  for (const auto& what : events_)
    payload_bytes_ += what->payload().size();
}

event_batch::~event_batch() = default;

void event_batch::append(event_ptr what) {
  payload_bytes_ += what->payload().size();
  events_.push_back(std::move(what));
}

void event_batch::append(const event_batch& other) {
  events_.insert(events_.end(), other.events_.begin(), other.events_.end());
  payload_bytes_ += other.payload_bytes_;
}

} // namespace actormesh
