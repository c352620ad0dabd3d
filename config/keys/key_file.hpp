/// Files of API keys: reading them, and the edits behind `actormesh keys`.
///
/// Any thread. Nothing here throws. An edit locks the file's directory against other
/// edits, writes a new file beside the old one, syncs it and renames it into place, so
/// a reader sees the old file or the new one and never half of one.
#pragma once

#include "config/defaults.hpp"
#include "config/file_io.hpp"
#include "config/keys/key_ring.hpp"
#include "config/problem.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::config {

/// A file of keys that can be used.
struct loaded_key_ring {
  key_ring_ptr ring; ///< Never null.
  file_stamp stamp;  ///< Of the bytes that were read.
  problems warnings; ///< E.g. a file that others can read.
};

/// Reads and checks a file of keys. Refuses one that breaks the rule of `secret_file.hpp`; that
/// others may read it is a warning, because it holds hashes.
[[nodiscard]] result<loaded_key_ring> load_key_ring(const std::filesystem::path& file);

/// What a new key is to be.
struct key_request {
  std::string description = {};
  std::chrono::seconds life = defaults::key_life;
  std::chrono::sys_seconds now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

/// A key that was just made: the only moment at which it can be read.
struct new_key {
  std::string key;
  api_key_record record;
};

/// Adds a key; makes the file, mode 0600, if there is none yet.
[[nodiscard]] result<new_key> create_key(const std::filesystem::path& file,
                                         const key_request& request);

/// Makes the file with one key in it, unless there is one already: then nothing. Of several that
/// try at the same moment one succeeds, whoever they are.
[[nodiscard]] result<std::optional<new_key>> create_first_key(const std::filesystem::path& file,
                                                              const key_request& request);

/// A rotation: the new key, and how many older ones now end earlier.
struct rotated_key {
  new_key made;
  std::size_t retired = 0;
};

/// Adds a key and lets all others that still count end after `overlap`, or sooner if they would
/// anyway: clients have that long to take up the new one.
[[nodiscard]] result<rotated_key> rotate_key(const std::filesystem::path& file,
                                             const key_request& request,
                                             std::chrono::seconds overlap);

/// Removes a key and returns what it was.
[[nodiscard]] result<api_key_record> revoke_key(const std::filesystem::path& file,
                                                std::string_view id);

} // namespace actormesh::config
