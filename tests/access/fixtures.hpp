/// What tests of authorization share: files, curl, requests with any credentials.
#pragma once

#include "tests/process/http_client.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::process {

/// A folder of files that a node's configuration names; it is there before the node is.
class shelf {
public:
  shelf()
    : folder_(make_folder()) {}
  shelf(const shelf&) = delete;
  shelf& operator=(const shelf&) = delete;
  ~shelf();

  /// Puts a file, mode 0600, into place in one step. Returns its whole name.
  std::string put(const std::string& name, std::string_view text) const;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
  std::filesystem::path folder_;
};

/// How a run of curl ended, and the last answer that it got.
struct curl_result {
  int status = 0;
  std::string errors;
  http_answer answer;
};

/// Runs curl, silent but for the answer with its headers.
[[nodiscard]] curl_result run_curl(const std::vector<std::string>& arguments);

/// Publishes one event with curl; throws if there is no answer at all.
[[nodiscard]] http_answer publish_by_curl(const node_process& to, std::string_view channel,
                                          const std::vector<std::string>& arguments,
                                          std::string_view event = "1");

/// A publish of one event with these header lines.
[[nodiscard]] std::string publish_with(std::string_view headers, std::string_view channel,
                                       std::string_view event = "1");

/// The header line `x-api-key`.
[[nodiscard]] std::string key_line_of(std::string_view key);

/// The header line `Authorization`.
[[nodiscard]] std::string authorization_line(std::string_view value);

/// The members of an authorization object for this value of `Authorization`.
[[nodiscard]] std::string shown(std::string_view authorization);

/// The members for an API key.
[[nodiscard]] std::string shown_key(std::string_view key);

/// The upgrade of a client that shows these members.
[[nodiscard]] web_socket::options upgrade_of(std::string_view members);

/// Operations with these members.
[[nodiscard]] std::string subscribe_with(std::string_view members, std::string_view channel);

/// The whole answer to a subscribe.
[[nodiscard]] std::string subscribes(web_socket& by, std::string_view members,
                                     std::string_view channel);

/// Whether a connection that was opened so may stay.
[[nodiscard]] bool may_connect(const node_process& to, std::string_view members);

/// Asks until the answer has this status; returns the last one.
http_answer wait_for_status(const node_process& of, const std::string& request, unsigned wanted);

/// Looks until it holds; throws after `patience`.
void wait_until(const std::function<bool()>& holds, std::string_view what);

/// The members of the `errors` of an answer: `[type, message]` of the first.
[[nodiscard]] std::string error_type(const http_answer& answer);

} // namespace actormesh::process
