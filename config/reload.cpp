#include "config/reload.hpp"

#include "config/descriptor.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace actormesh::config {

namespace {

constexpr const char* absent = "(none)";

/// Finds items of a list by their names. Where several have the same, each is found once.
class items_by_name {
public:
  items_by_name(const branch& which, struct_view owner) {
    for (std::size_t i = size(which, owner); i-- > 0;)
      indices_[name_of(which, item(which, owner, i))].push_back(i);
  }

  std::optional<std::size_t> take(const std::string& name) {
    const auto found = indices_.find(name);
    if (found == indices_.end() || found->second.empty())
      return std::nullopt;
    const auto index = found->second.back();
    found->second.pop_back();
    return index;
  }

private:
  std::map<std::string, std::vector<std::size_t>> indices_; ///< The first one last.
};

class comparison {
public:
  /// Takes live options from `fresh` into `next`, and notes every difference.
  void compare(struct_view fresh, struct_ref next, const std::string& prefix) {
    for (const auto& each : next.of.options)
      compare_option(each, fresh.value, next.value, prefix);
    for (const auto& each : next.of.branches) {
      const auto path = prefix + std::string{each.key};
      if (!is_list(each))
        compare(enter(each, fresh), enter(each, next), path + ".");
      else if (each.rules.identity.empty() && each.rules.name == nullptr)
        compare_whole(each, fresh, next, path);
      else
        compare_items(each, fresh, next, path);
    }
  }

  [[nodiscard]] reload_changes& changes() noexcept { return changes_; }

private:
  void note(takes_effect effect, change what) {
    (effect == takes_effect::live ? changes_.applied : changes_.needs_restart)
        .push_back(std::move(what));
  }

  void compare_option(const option& which, const void* fresh, void* next,
                      const std::string& prefix) {
    auto from = format(which, next);
    auto to = format(which, fresh);
    if (from == to)
      return;
    note(which.effect, {prefix + std::string{which.key}, std::move(from), std::move(to)});
    if (which.effect == takes_effect::live)
      copy(which, fresh, next);
  }

  /// Items without a name of their own: how many there are is all that can be said.
  void compare_whole(const branch& which, struct_view fresh, struct_ref next,
                     const std::string& path) {
    auto* const running = which.member.find(next.value);
    const auto* const wanted = which.member.find(const_cast<void*>(fresh.value));
    if (which.member.list->equal(running, wanted))
      return;
    note(which.rules.effect, {path, std::to_string(size(which, next)) + " configured",
                              std::to_string(size(which, fresh)) + " configured"});
    if (which.rules.effect == takes_effect::live)
      which.member.list->copy(wanted, running);
  }

  /// What is on both sides is compared; live, the list becomes the new one with those in it.
  void compare_items(const branch& which, struct_view fresh, struct_ref next,
                     const std::string& path) {
    items_by_name running{which, next};
    std::vector<std::optional<std::size_t>> known; // Of each new item, where it was.
    std::vector<bool> stays(size(which, next));
    for (std::size_t i = 0; i < size(which, fresh); ++i) {
      known.push_back(running.take(name_of(which, item(which, fresh, i))));
      if (known.back())
        stays[*known.back()] = true;
    }
    for (std::size_t i = 0; i < stays.size(); ++i)
      if (!stays[i])
        note(which.rules.effect, {path, name_of(which, item(which, next, i)), absent});
    std::vector<const void*> items;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto wanted = item(which, fresh, i);
      const auto name = name_of(which, wanted);
      items.push_back(known[i] ? item(which, next, *known[i]).value : wanted.value);
      if (known[i])
        compare(wanted, item(which, next, *known[i]), path + "[" + name + "].");
      else
        note(which.rules.effect, {path, absent, name});
    }
    if (which.rules.effect == takes_effect::live)
      which.member.list->replace(which.member.find(next.value), items);
  }

  reload_changes changes_;
};

} // namespace

reload_changes take_changes(struct_view fresh, struct_ref next) {
  comparison made;
  made.compare(fresh, next, "");
  return std::move(made.changes());
}

reload_plan plan_reload(const settings& running, const settings& fresh) {
  reload_plan plan;
  plan.next = running;
  auto changes = take_changes(described(fresh), described(plan.next));
  plan.applied = std::move(changes.applied);
  plan.needs_restart = std::move(changes.needs_restart);
  return plan;
}

} // namespace actormesh::config
