#include "config/keys/key_file.hpp"

#include "config/file_io.hpp"
#include "config/keys/guarded.hpp"
#include "config/keys/key_text.hpp"
#include "config/keys/secret_file.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

/// 50 keys with long descriptions take 20 KiB.
constexpr std::size_t largest_file = 1024 * 1024;
constexpr mode_t only_owner = S_IRUSR | S_IWUSR;

/// What is at a path and what a new file there has to look like.
struct target {
  fs::path file; ///< With symbolic links resolved: a rename must not replace the link.
  fs::path folder;
};

target target_of(const fs::path& file) {
  std::error_code failed;
  auto real = fs::weakly_canonical(file, failed);
  if (failed)
    real = file;
  auto folder = real.parent_path();
  return {std::move(real), folder.empty() ? fs::path{"."} : std::move(folder)};
}

/// The lock is on the folder, because the file itself is replaced. Released by closing it.
result<std::unique_ptr<descriptor>> lock(const target& where) {
  auto folder = std::make_unique<descriptor>(
      ::open(where.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!*folder)
    return one_problem(where.folder.string(), "cannot be opened: " + system_reason());
  while (::flock(folder->number(), LOCK_EX) != 0) {
    if (errno != EINTR)
      return one_problem(where.folder.string(), "cannot be locked: " + system_reason());
  }
  return folder;
}

/// Gives the new file the owner and the mode of the one it replaces, less what others may do
/// with it: a service that reads its keys through a group must still be able to.
bool take_over_owner(int to, const fs::path& from) {
  struct stat old {};
  if (::stat(from.c_str(), &old) != 0)
    return ::fchmod(to, only_owner) == 0;
  struct stat fresh {};
  if (::fstat(to, &fresh) != 0)
    return false;
  if ((fresh.st_uid != old.st_uid || fresh.st_gid != old.st_gid) &&
      ::fchown(to, old.st_uid, old.st_gid) != 0)
    return false;
  constexpr mode_t kept = S_IRUSR | S_IWUSR | S_IRGRP;
  return ::fchmod(to, (old.st_mode & kept) | only_owner) == 0;
}

/// Everything or nothing: beside the old file, synced, then renamed over it.
problems replace(const target& where, int folder, const std::string& text) {
  auto name = (where.folder / ("." + where.file.filename().string() + ".XXXXXX")).string();
  const descriptor fresh{::mkostemp(name.data(), O_CLOEXEC)};
  if (!fresh)
    return one_problem(where.file.string(), "cannot be written: " + system_reason());
  if (!write_all(fresh.number(), text) || !take_over_owner(fresh.number(), where.file) ||
      ::fsync(fresh.number()) != 0 || ::rename(name.c_str(), where.file.c_str()) != 0) {
    auto failed = one_problem(where.file.string(), "cannot be written: " + system_reason());
    ::unlink(name.c_str());
    return failed;
  }
  if (::fsync(folder) != 0)
    return one_problem(where.file.string(), "cannot be synced: " + system_reason());
  return {};
}

/// Locks, reads, lets `change` work on the keys, and writes them back. `change` returns a result
/// with what the caller gets.
template <class Change> auto edit(const fs::path& file, presence needed, const Change& change) {
  using outcome =
      decltype(change(std::declval<std::string&>(), std::declval<std::vector<api_key_record>&>()));
  const auto where = target_of(file);
  const auto locked = lock(where);
  if (!locked)
    return outcome{locked.error()};
  std::string salt;
  std::vector<api_key_record> keys;
  std::error_code failed;
  if (needed == presence::required || fs::exists(where.file, failed)) {
    const auto loaded = load_key_ring(where.file);
    if (!loaded)
      return outcome{loaded.error()};
    salt = loaded->ring->salt();
    keys = loaded->ring->keys();
  } else {
    salt = make_salt();
  }
  auto changed = change(salt, keys);
  if (!changed)
    return changed;
  auto written = replace(where, (*locked)->number(), format_key_ring({salt, std::move(keys)}));
  if (!written.empty())
    return outcome{std::move(written)};
  return changed;
}

problems check_request(const fs::path& file, const key_request& request) {
  problems found;
  if (request.life < defaults::key_life_min || request.life > defaults::key_life_max)
    found.push_back({severity::error, file.string(), 0, 0, "a key's life: expected 1d to 365d"});
  if (!is_key_description(request.description))
    found.push_back({severity::error, file.string(), 0, 0,
                     "a key's description: expected at most 200 printable characters"});
  return found;
}

result<new_key> add_key(const fs::path& file, const key_request& request, const std::string& salt,
                        std::vector<api_key_record>& keys) {
  std::erase_if(keys, [&](const api_key_record& each) {
    return each.expires + defaults::key_kept_after_expiry < request.now;
  });
  if (keys.size() >= defaults::keys_per_file)
    return one_problem(file.string(), "has " + std::to_string(keys.size()) +
                                          " keys already, which is the limit; revoke one first");
  new_key made;
  made.key = make_api_key();
  made.record.hash = hash_api_key(salt, made.key);
  const auto taken = [&](const api_key_record& each) { return each.id == made.record.id; };
  do {
    made.record.id = make_key_id();
  } while (std::any_of(keys.begin(), keys.end(), taken));
  if (salt.empty() || made.key.empty() || made.record.id.empty() || made.record.hash.empty())
    return one_problem(file.string(), "the system gave no random numbers");
  made.record.description = request.description;
  made.record.created = request.now;
  made.record.expires = request.now + request.life;
  keys.push_back(made.record);
  return made;
}

} // namespace

result<loaded_key_ring> load_key_ring(const fs::path& file) {
  return guarded(file.string(), [&]() -> result<loaded_key_ring> {
    const auto opened = open_secret_file(file, file_content::hashes);
    if (!opened) {
      auto wrong = opened.error();
      std::error_code failed;
      if (!fs::exists(file, failed))
        wrong.front().message +=
            " (make one with `actormesh keys create --file " + file.string() + "`)";
      return wrong;
    }
    const auto text = read_secret(*opened, file, largest_file);
    if (!text)
      return text.error();
    auto ring = parse_key_ring(text->view(), file.string());
    if (!ring)
      return ring.error();
    return loaded_key_ring{std::make_shared<const key_ring>(*std::move(ring)), opened->stamp,
                           opened->warnings};
  });
}

result<new_key> create_key(const fs::path& file, const key_request& request) {
  return guarded(file.string(), [&]() -> result<new_key> {
    if (auto wrong = check_request(file, request); !wrong.empty())
      return wrong;
    return edit(file, presence::optional,
                [&](std::string& salt, std::vector<api_key_record>& keys) {
                  return add_key(file, request, salt, keys);
                });
  });
}

result<std::optional<new_key>> create_first_key(const fs::path& file, const key_request& request) {
  return guarded(file.string(), [&]() -> result<std::optional<new_key>> {
    if (auto wrong = check_request(file, request); !wrong.empty())
      return wrong;
    const auto where = target_of(file);
    const auto locked = lock(where);
    if (!locked)
      return locked.error();
    if (fs::exists(where.file))
      return std::optional<new_key>{};
    const auto salt = make_salt();
    std::vector<api_key_record> keys;
    auto made = add_key(file, request, salt, keys);
    if (!made)
      return made.error();
    auto wrong = replace(where, (*locked)->number(), format_key_ring({salt, std::move(keys)}));
    if (!wrong.empty())
      return wrong;
    return std::optional{*std::move(made)};
  });
}

result<rotated_key> rotate_key(const fs::path& file, const key_request& request,
                               std::chrono::seconds overlap) {
  return guarded(file.string(), [&]() -> result<rotated_key> {
    if (auto wrong = check_request(file, request); !wrong.empty())
      return wrong;
    return edit(file, presence::required,
                [&](std::string& salt, std::vector<api_key_record>& keys) -> result<rotated_key> {
                  rotated_key rotated;
                  const auto end = request.now + overlap;
                  for (auto& each : keys) {
                    if (each.expires <= end)
                      continue;
                    each.expires = end;
                    ++rotated.retired;
                  }
                  auto made = add_key(file, request, salt, keys);
                  if (!made)
                    return made.error();
                  rotated.made = *std::move(made);
                  return rotated;
                });
  });
}

result<api_key_record> revoke_key(const fs::path& file, std::string_view id) {
  return guarded(file.string(), [&]() -> result<api_key_record> {
    return edit(file, presence::required,
                [&](std::string&, std::vector<api_key_record>& keys) -> result<api_key_record> {
                  const auto found =
                      std::find_if(keys.begin(), keys.end(),
                                   [&](const api_key_record& each) { return each.id == id; });
                  if (found == keys.end())
                    return one_problem(file.string(), "has no key with the id " + quote(id) +
                                                          " (`actormesh keys list` shows the ids)");
                  auto revoked = std::move(*found);
                  keys.erase(found);
                  return revoked;
                });
  });
}

} // namespace actormesh::config
