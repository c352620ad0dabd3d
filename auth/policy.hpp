/// What the holder of an access key may do: a policy in the manner of AWS IAM, in the words of the
/// API's kind.
#pragma once

#include "auth/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::auth {

/// The parts of an ARN that say whose it is. A node has no region and no account of its own; these
/// are what it calls itself, so that policies written for AWS can be used as they are. Empty:
/// whatever an ARN says is right.
struct arn_scope {
  std::string region = "us-east-1";
  std::string account = "000000000000";
};

/// One statement as it is configured.
struct statement_text {
  std::string effect; ///< `allow` or `deny`, in any case.
  /// The vocabulary's, with `*` and `?`, in any case. `*` is all of them.
  std::vector<std::string> actions;
  /// `*`, or ARNs with `*` and `?`, which match across slashes as they do in IAM.
  std::vector<std::string> resources;
};

/// Something about a statement that cannot be right.
struct policy_problem {
  std::size_t statement = 0; ///< From 0.
  std::string message;       ///< A sentence without its full stop, e.g. `"foo" is no action`.
};

enum class decision : std::uint8_t {
  allowed,
  implicitly_denied, ///< No statement allows it.
  explicitly_denied, ///< A statement denies it.
};

[[nodiscard]] const char* to_string(decision) noexcept;

/// Any thread: an immutable list of statements. Without any, everything is denied.
class policy {
public:
  /// The result of `parse`. With problems the policy is that of the statements without any, and a
  /// loader should refuse it.
  struct parsed;

  /// `words` is a constant.
  [[nodiscard]] static parsed parse(const std::vector<statement_text>& statements,
                                    const vocabulary& words, const arn_scope& scope);

  /// Decides: a statement that denies wins over those that allow. What stands for all below is
  /// allowed if one statement allows all of it, and denied if a statement denies any of it. An
  /// action of other words is allowed by nothing. Takes time in proportion to the sizes of the name
  /// and of the statements' resources, multiplied, at most.
  [[nodiscard]] decision check(const access& wanted) const;

private:
  enum class effect : std::uint8_t { allow, deny };

  struct statement {
    effect what = effect::deny;
    std::uint32_t actions = 0;          ///< A bit for each action.
    std::vector<std::string> resources; ///< What comes after the account, with wildcards.
  };

  const vocabulary* words_ = nullptr;
  std::vector<statement> statements_;
};

struct policy::parsed {
  policy value;
  std::vector<policy_problem> problems;
};

/// The ARN of what is asked for: for messages.
[[nodiscard]] std::string to_arn(const arn_scope& scope, const access& wanted);

} // namespace actormesh::auth
