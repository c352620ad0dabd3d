/// The access keys that may sign requests to an API.
#pragma once

#include "auth/identity.hpp"
#include "auth/policy.hpp"
#include "config/keys/secret.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::access {

/// One access key with its secrets, which are overwritten when it goes.
struct access_key {
  std::vector<config::secret> secrets;        ///< Any of them may have signed.
  std::vector<config::secret> session_tokens; ///< A request carries one of them; empty: none.
  auth::identity_ptr who;                     ///< With its policy.
};

/// Any thread: immutable.
class access_key_table {
public:
  /// Reads the secrets' files, and the policies in words of the API's kind, a constant. A key whose
  /// files can't be used is not in the table; the problems say why.
  struct loaded;
  [[nodiscard]] static loaded load(const config::api_settings& api, const auth::vocabulary& words);

  /// Null if there is none. Lives as long as the table.
  [[nodiscard]] const access_key* find(std::string_view id) const noexcept;

private:
  std::map<std::string, access_key, std::less<>> keys_;
};

using access_key_table_ptr = std::shared_ptr<const access_key_table>;

struct access_key_table::loaded {
  access_key_table_ptr table;
  config::problems problems;
};

} // namespace actormesh::access
