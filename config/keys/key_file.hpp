/// Files of API keys: reading them, and the edits behind `actormesh keys`.
///
/// Any thread. Nothing here throws. An edit locks the file's directory against other
/// edits, writes a new file beside the old one, syncs it and renames it into place, so
/// a reader sees the old file or the new one and never half of one.
#pragma once

#include "config/defaults.hpp"
#include "config/keys/key_ring.hpp"
#include "config/problem.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::config {

/// Tells one version of a file from another without reading it.
struct file_stamp {
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;

  friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// The stamp of a file; all zero when there is none.
[[nodiscard]] file_stamp stamp_of(const std::filesystem::path& file) noexcept;

/// A file of keys that can be used.
struct loaded_key_ring {
  key_ring_ptr ring; ///< Never null.
  file_stamp stamp;  ///< Of the bytes that were read.
  problems warnings; ///< E.g. a file that others can read.
};

/// Reads and checks a file of keys. Refuses one that others may write to.
[[nodiscard]] result<loaded_key_ring> load_key_ring(const std::filesystem::path& file);

/// As `load_key_ring`, with the text at hand and no look at the file's mode.
[[nodiscard]] result<key_ring> parse_key_ring(std::string_view text, const std::string& source);

/// The text of a file of keys. `parse_key_ring` reads it back.
[[nodiscard]] std::string format_key_ring(const key_ring& ring);

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

/// A time as files of keys and lists show it: `2026-11-28T20:00:00Z`.
[[nodiscard]] std::string format_time(std::chrono::sys_seconds value);

} // namespace actormesh::config
