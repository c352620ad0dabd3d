/// Whom a client of ours believes.
#pragma once

#include "config/file_io.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/result.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace actormesh::fetch {

using trust_ptr = std::shared_ptr<boost::asio::ssl::context>;

/// One thread at a time: contexts for TLS to servers, one for each file of CAs.
class trust_store {
public:
  /// Returns a context that trusts the system's CAs and those in a file, if one is named, as it is
  /// now. The error is a sentence for a log.
  [[nodiscard]] boost::system::result<trust_ptr, std::string>
  find(const std::filesystem::path& ca_file);

private:
  struct entry {
    config::file_stamp stamp; ///< Of the file when it was read.
    trust_ptr what;
  };

  std::map<std::filesystem::path, entry> entries_;
};

} // namespace actormesh::fetch
