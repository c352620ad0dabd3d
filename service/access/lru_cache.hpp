/// What was used last.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace actormesh::access {

/// One thread's, or behind a lock: a bounded map that forgets what was not used for the longest
/// time.
template <class Key, class Value, class Hash = std::hash<Key>> class lru_cache {
public:
  explicit lru_cache(std::size_t capacity)
    : capacity_(capacity) {}

  /// Null if there is none. Valid until the next call.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end())
      return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  void put(const Key& key, Value value) {
    if (capacity_ == 0)
      return;
    if (auto* known = find(key)) {
      *known = std::move(value);
      return;
    }
    if (entries_.size() >= capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
  }

  void erase(const Key& key) {
    if (const auto found = places_.find(key); found != places_.end()) {
      entries_.erase(found->second);
      places_.erase(found);
    }
  }

  void clear() {
    places_.clear();
    entries_.clear();
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  std::size_t capacity_;
  std::list<std::pair<Key, Value>> entries_; ///< The one used last comes first.
  std::unordered_map<Key, typename std::list<std::pair<Key, Value>>::iterator, Hash> places_;
};

} // namespace actormesh::access
