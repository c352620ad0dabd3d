#include "actors/event.hpp"

#include <utility>

namespace actormesh {

event::~event() {
  const auto* each = encodings_.load(std::memory_order_acquire);
  while (each != nullptr)
    delete std::exchange(each, each->next);
}

const std::string& event::keep(std::unique_ptr<encoding> fresh) const {
  const auto* looked_through = fresh->next;
  while (!encodings_.compare_exchange_strong(fresh->next, fresh.get(), std::memory_order_acq_rel,
                                             std::memory_order_acquire)) {
    // Others were quicker. What they have added may be what is added here.
    for (const auto* each = fresh->next; each != looked_through; each = each->next)
      if (each->form == fresh->form)
        return each->text;
    looked_through = fresh->next;
  }
  return fresh.release()->text;
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
