/// The credentials of all APIs, kept up to date.
#pragma once

#include "config/file_io.hpp"
#include "config/keys/key_ring.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "net/fetch/client.hpp"
#include "service/access/authority.hpp"
#include "service/access/key_source.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::access {

/// The controlling thread's. Makes authorities, and owns what outlives one of them: caches of
/// tokens and answers, the count of failures, the connections to issuers and web hooks. Outlives
/// every answer that an authority has yet to give, but for those that its end brings about.
class store {
public:
  store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  ~store();

  /// The credentials of an API as they are now. `speaks` is a constant of its
  /// edge. `file_keys` are those of its keys_file; may be null. What has not changed is used again;
  /// what can't be read stays as it was.
  [[nodiscard]] std::shared_ptr<const authority> make(const config::api_settings& api,
                                                      const dialect& speaks,
                                                      const config::key_ring_ptr& file_keys);

  /// About once a second: looks at files and sources. Returns the ids of the APIs whose credentials
  /// have changed: make them anew.
  [[nodiscard]] std::vector<std::string> poll();

  /// Whether every source of keys has answered, or failed to, at least once.
  [[nodiscard]] bool has_asked() const;

  /// What went wrong since the last call.
  [[nodiscard]] config::problems take_problems() { return std::exchange(problems_, {}); }

private:
  struct watched_file {
    std::string name;
    config::file_stamp stamp;
  };

  /// What is kept of one API.
  struct entry {
    const dialect* speaks = nullptr;
    config::api_settings settings; ///< That the rest was made for.
    std::unique_ptr<key_source> source;
    access_key_table_ptr access_keys;
    std::vector<watched_file> secret_files;
    std::vector<std::shared_ptr<issuer>> issuers;
    std::shared_ptr<webhook> hook;
    std::shared_ptr<failure_limiter> limiter;
  };

  void update_source(entry& its, const config::api_settings& api);
  void update_access_keys(entry& its, const config::api_settings& api);
  void update_issuers(entry& its, const config::api_settings& api);
  void update_hook(entry& its, const config::api_settings& api);
  void load_access_keys(entry& its, const config::api_settings& api);

  config::problems problems_;
  std::map<std::string, entry> entries_;
  /// Who asks web hooks, one for each: what waits for a hook holds up nobody else.
  struct hook_client {
    std::unique_ptr<fetch::client> web;
    std::weak_ptr<webhook> user;
  };

  /// Declared last: what they still have to say goes to what is above.
  std::vector<hook_client> hook_clients_;
  std::unique_ptr<fetch::client> web_;
};

} // namespace actormesh::access
