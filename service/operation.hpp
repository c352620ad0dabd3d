/// What clients ask of channels, in no protocol's words.
#pragma once

#include "auth/credentials.hpp"
#include "service/failure.hpp"

#include <optional>
#include <string>
#include <vector>

namespace actormesh::service {

/// A subscribe or a publish, as an edge has read it.
struct channel_operation {
  /// `none`, or why it can't be carried out whoever asks for it.
  failure problem = failure::none;
  std::string channel;             ///< As sent.
  std::vector<std::string> events; ///< Of a publish; each a JSON text.
  std::optional<auth::credentials> authorization;
};

} // namespace actormesh::service
