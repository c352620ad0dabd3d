/// The words of policies about one kind of API.
#pragma once

#include "auth/required.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace actormesh::auth {

struct access;

/// What a name stands for.
enum class extent : std::uint8_t {
  one,       ///< Itself.
  container, ///< Itself, which a resource for all that is in it, `NAME/*`, covers too.
  all_below, ///< All names that begin with it and go on; it ends in a slash.
};

/// What something is done with, as resources name it: what an ARN says after the account.
struct resource_name {
  std::string text; ///< `apis/API/channelNamespace/NAME/PATH`, `API/STAGE/$connect`.

  /// How much of the text names what it belongs to: a resource that names that covers it, as a
  /// namespace does its channels. All of the text if it belongs to nothing.
  std::size_t owner_size = text.size();
  extent stands_for = extent::one;
};

/// What policies about one kind of API are made of. An edge has one, as a constant; every member
/// has to be given.
struct vocabulary {
  required<std::string_view> service; ///< In ARNs and the scopes of signatures: `execute-api`.
  required<std::string_view> kind;    ///< What messages call such an API: `an Event API`.

  /// Their names: `execute-api:Invoke`. At most 32.
  required<std::span<const std::string_view>> actions;

  /// What is wrong with the resource of an ARN, which may have wildcards: the rest of a sentence
  /// that begins with the ARN. Empty if nothing is. A resource with a slip in it would be a
  /// statement without effect.
  required<std::string_view (*)(std::string_view resource) noexcept> problem_of;

  required<resource_name (*)(const access& wanted)> name_of;
};

/// Something that can be asked for: one of a vocabulary's actions.
class action {
public:
  /// In a constant, a name that is none of the vocabulary's does not compile.
  constexpr action(const vocabulary& of, std::string_view name)
    : words_{&of}
    , index_{index_of(of, name)} {}

  [[nodiscard]] constexpr const vocabulary& words() const noexcept { return *words_; }
  [[nodiscard]] constexpr std::string_view name() const noexcept {
    return (*words_->actions)[index_];
  }

  /// The same for every action of that name, and for no other of the vocabulary.
  [[nodiscard]] constexpr std::uint32_t bit() const noexcept { return std::uint32_t{1} << index_; }

  friend constexpr bool operator==(const action&, const action&) noexcept = default;

private:
  static constexpr std::size_t index_of(const vocabulary& of, std::string_view name) {
    const auto& all = *of.actions;
    for (std::size_t i = 0; i < all.size() && i < 32; ++i)
      if (all[i] == name)
        return i;
    throw std::invalid_argument{"not an action of this vocabulary"};
  }

  const vocabulary* words_;
  std::size_t index_;
};

/// What is to be done, and with what.
struct access {
  action what;
  std::string_view api;

  /// A channel or, for subscribing, a pattern in canonical form: `/chat`, `/chat/room/1`,
  /// `/chat/*`. With other kinds of APIs whatever their vocabulary's `name_of` makes names of.
  /// Empty for the API itself.
  std::string_view object = {};
};

} // namespace actormesh::auth
