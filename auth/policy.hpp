/// What the holder of an access key may do: a policy in the manner of AWS IAM (appsync-events
/// protocol section 5.4), which here can tell channels apart and not only namespaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::auth {

/// What is asked for. The names are IAM's.
enum class action : std::uint8_t {
  event_connect,   ///< `appsync:EventConnect`.
  event_publish,   ///< `appsync:EventPublish`.
  event_subscribe, ///< `appsync:EventSubscribe`.
};

/// The name in policies, e.g. `appsync:EventPublish`.
[[nodiscard]] const char* to_string(action) noexcept;

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
  /// `appsync:EventConnect`, …, with `*` and `?`, in any case. `*` is all of them.
  std::vector<std::string> actions;
  /// `*`, or ARNs with `*` and `?`, which match across slashes as they do in IAM:
  /// - `arn:aws:appsync:REGION:ACCOUNT:apis/API`: connecting to an API; `…/apis/API/*`: that and
  ///   everything in it.
  /// - `…/apis/API/channelNamespace/NAME`: a namespace and all of its channels.
  /// - `…/apis/API/channelNamespace/NAME/PATH`: channels, e.g. `…/channelNamespace/chat/room/*`
  ///   for all below `/chat/room`, but not `/chat/room` itself.
  std::vector<std::string> resources;
};

/// Something about a statement that cannot be right.
struct policy_problem {
  std::size_t statement = 0; ///< From 0.
  std::string message;       ///< A sentence without its full stop, e.g. `"foo" is no action`.
};

/// What is to be done, and with what.
struct access {
  action what = action::event_connect;
  std::string_view api{};
  /// Empty for connect. Otherwise a channel or, for subscribe, a pattern in canonical form:
  /// `/chat`,
  /// `/chat/room/1`, `/chat/*`.
  std::string_view channel{};
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

  [[nodiscard]] static parsed parse(const std::vector<statement_text>& statements,
                                    const arn_scope& scope = {});

  /// Decides: a statement that denies wins over those that allow. A subscription to a pattern is
  /// allowed if one statement allows all that it can match, and denied if a statement denies any of
  /// it. Takes time in proportion to the sizes of the name and of the statements' resources,
  /// multiplied, at most.
  [[nodiscard]] decision check(const access& wanted) const;

private:
  enum class effect : std::uint8_t { allow, deny };

  struct statement {
    effect what = effect::deny;
    std::uint8_t actions = 0;           ///< A bit for each action.
    std::vector<std::string> resources; ///< What comes after the account, with wildcards.
  };

  std::vector<statement> statements_;
};

struct policy::parsed {
  policy value;
  std::vector<policy_problem> problems;
};

/// The ARN of what is asked for: for messages.
[[nodiscard]] std::string to_arn(const arn_scope& scope, const access& wanted);

} // namespace actormesh::auth
