/// What a web hook is asked, and what it answers.
#pragma once

#include "auth/required.hpp"
#include "auth/vocabulary.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::access {

/// What the hook is asked.
struct hook_question {
  std::string token; ///< The `Authorization` value, as sent.
  auth::action what;
  std::string name_space = {}; ///< Empty for connect.
  std::string channel = {};    ///< As it is canonical, a pattern's `*` and all; empty for connect.
  std::string request_id = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Whose hook it is.
struct hook_owner {
  std::string api;
  std::string account;
};

/// What its answer says.
struct hook_answer {
  std::optional<bool> authorized = std::nullopt;               ///< Nothing: it does not say.
  std::optional<std::chrono::milliseconds> ttl = std::nullopt; ///< Nothing: as configured.
  boost::json::object claims = {};                             ///< About the caller.
  std::string_view problem = {}; ///< Why it can't be used; a constant. Empty: it can.
};

/// How a kind of API talks to its hook: the bodies are those that hooks written for AWS expect, and
/// so differ between kinds. The rest (an HTTP POST, a status of 200, time-outs, what is remembered)
/// is our own, and the same for all. Both are pure functions, and have to be given.
struct hook_format {
  auth::required<std::string (*)(const hook_owner& whose, const hook_question& what)> write;
  auth::required<hook_answer (*)(boost::json::object&& body)> read;
};

} // namespace actormesh::access
