#include "actors/event.hpp"

#include <utility>

namespace actormesh {

event::~event() {
  for (auto& slot : forms_)
    delete slot.load(std::memory_order_acquire);
}

event_batch::event_batch(std::string channel, std::vector<event_ptr> list)
  : channel_(std::move(channel))
  , events_(std::move(list)) {
  for (const auto& what : events_)
    footprint_ += sizeof(event) + what->payload().size();
}

event_batch::~event_batch() = default;

void event_batch::append(event_ptr what) {
  footprint_ += sizeof(event) + what->payload().size();
  events_.push_back(std::move(what));
}

void event_batch::append(const event_batch& other) {
  events_.insert(events_.end(), other.events_.begin(), other.events_.end());
  footprint_ += other.footprint_;
}

} // namespace actormesh
