#include "config/keys/key_file.hpp"

#include "config/file_io.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
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
constexpr std::size_t longest_description = 200;
constexpr std::size_t salt_digits = 32;
constexpr std::size_t hash_digits = 64;
constexpr mode_t only_owner = S_IRUSR | S_IWUSR;

file_stamp stamp_from(const struct stat& status) noexcept {
  return {std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          status.st_ino, static_cast<std::uint64_t>(status.st_size)};
}

// -- the text ----------------------------------------------------------------------------------

/// Reads `2026-11-28T20:00:00Z` and nothing else.
std::optional<sys_seconds> parse_time(const std::string& text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00Z";
  const auto fits = [&](std::size_t i) {
    return shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
  };
  if (text.size() != shape.size())
    return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!fits(i))
      return std::nullopt;
  }
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(from, size))
      value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return sys_seconds{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + std::chrono::seconds{second};
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_id(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_description(std::string_view text) {
  return text.size() <= longest_description && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

/// Reads a document of keys. Everything that is wrong goes into the report.
class key_reader {
public:
  explicit key_reader(std::string source)
    : report_{std::move(source)} {}

  void read(const YAML::Node& root) {
    static const std::vector<std::string> known{"salt", "keys"};
    if (!root.IsMap()) {
      report_.error(root.Mark(), "expected a mapping with salt and keys, found " + describe(root));
      return;
    }
    for (const auto& entry : entries_of(root, report_)) {
      if (entry.key == "salt")
        read_salt(entry);
      else if (entry.key == "keys")
        read_keys(entry);
      else
        report_.error(entry.place, unknown_key(entry.key, known));
    }
    if (salt_.empty() && report_.found().empty())
      report_.error(root.Mark(), "salt: is missing, expected 32 hex digits");
  }

  problems& found() noexcept { return report_.found(); }
  key_ring ring() && { return {std::move(salt_), std::move(keys_)}; }

private:
  /// Takes a text if it looks right, or says what was expected.
  template <class Check>
  bool take(const yaml_entry& entry, const std::string& expected, const Check& check) {
    if (entry.value.IsScalar() && check(entry.value.Scalar()))
      return true;
    // What stands there is not repeated: it may be a key that somebody pasted.
    report_.error(entry.value.IsNull() ? entry.place : entry.value.Mark(),
                  entry.key + ": expected " + expected);
    return false;
  }

  void read_salt(const yaml_entry& entry) {
    if (take(entry, "32 hex digits", [](auto& text) { return is_hex(text, salt_digits); }))
      salt_ = entry.value.Scalar();
  }

  void read_keys(const yaml_entry& entry) {
    if (entry.value.IsNull())
      return;
    if (!entry.value.IsSequence()) {
      report_.error(entry.value.Mark(), "keys: expected a list, found " + describe(entry.value));
      return;
    }
    if (entry.value.size() > defaults::keys_per_file)
      report_.error(entry.place, "keys: expected at most " +
                                     std::to_string(defaults::keys_per_file) + " keys, found " +
                                     std::to_string(entry.value.size()));
    for (const auto& node : entry.value)
      read_key(node);
  }

  void read_key(const YAML::Node& node) {
    if (!node.IsMap()) {
      report_.error(node.Mark(), "keys: expected a mapping for each key, found " + describe(node));
      return;
    }
    api_key_record record;
    std::vector<std::string> missing{"id", "hash", "description", "created", "expires"};
    const auto known = missing;
    for (const auto& entry : entries_of(node, report_)) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end())
        report_.error(entry.place, unknown_key(entry.key, known));
      else
        read_member(entry, record);
      std::erase(missing, entry.key);
    }
    std::erase(missing, "description");
    for (const auto& name : missing)
      report_.error(node.Mark(), name + ": is missing");
    const auto same = [&](const api_key_record& each) { return each.id == record.id; };
    if (!record.id.empty() && std::any_of(keys_.begin(), keys_.end(), same))
      report_.error(node.Mark(), "id: another key has the id " + quote(record.id) + " too");
    keys_.push_back(std::move(record));
  }

  void read_member(const yaml_entry& entry, api_key_record& into) {
    const auto time = [&](sys_seconds& target) {
      if (take(entry, "a time such as 2026-11-28T20:00:00Z",
               [](auto& text) { return parse_time(text).has_value(); }))
        target = *parse_time(entry.value.Scalar());
    };
    const auto text = [&](std::string& target, const std::string& expected, const auto& check) {
      if (take(entry, expected, check))
        target = entry.value.Scalar();
    };
    if (entry.key == "id")
      text(into.id, "1 to 64 characters of A-Z, a-z, 0-9, _ and -", is_id);
    else if (entry.key == "hash")
      text(into.hash, "64 hex digits", [](auto& hash) { return is_hex(hash, hash_digits); });
    else if (entry.key == "description")
      text(into.description, "at most 200 printable characters", is_description);
    else
      time(entry.key == "created" ? into.created : into.expires);
  }

  yaml_report report_;
  std::string salt_;
  std::vector<api_key_record> keys_;
};

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

// -- editing -----------------------------------------------------------------------------------

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

/// Nothing that throws gets out of an edit.
template <class Function> auto guarded(const fs::path& file, const Function& function) {
  try {
    return function();
  } catch (const std::exception& failure) {
    return decltype(function()){one_problem(file.string(), failure.what())};
  }
}

problems check_request(const fs::path& file, const key_request& request) {
  problems found;
  if (request.life < defaults::key_life_min || request.life > defaults::key_life_max)
    found.push_back({severity::error, file.string(), 0, 0, "a key's life: expected 1d to 365d"});
  if (!is_description(request.description))
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

std::string format_time(sys_seconds value) {
  const auto days = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss time{value - days};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ldZ",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), time.hours().count(),
                                 time.minutes().count(), static_cast<long>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

file_stamp stamp_of(const fs::path& file) noexcept {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? stamp_from(status) : file_stamp{};
}

result<key_ring> parse_key_ring(std::string_view text, const std::string& source) {
  const auto document = parse_yaml(text, source);
  if (!document)
    return document.error();
  return guarded(source, [&]() -> result<key_ring> {
    key_reader reader{source};
    reader.read(document->root);
    if (has_errors(reader.found()))
      return std::move(reader.found());
    return std::move(reader).ring();
  });
}

std::string format_key_ring(const key_ring& ring) {
  std::string text = "# API keys of Actormesh: hashes only, a lost key can't be read from here.\n"
                     "# Edit with `actormesh keys create|list|revoke --file FILE`.\n"
                     "salt: \"" +
                     ring.salt() + "\"\nkeys:" + (ring.keys().empty() ? " []\n" : "\n");
  for (const auto& key : ring.keys()) {
    text += "  - id: " + in_quotes(key.id) + "\n";
    text += "    hash: \"" + key.hash + "\"\n";
    text += "    description: " + in_quotes(key.description) + "\n";
    text += "    created: " + format_time(key.created) + "\n";
    text += "    expires: " + format_time(key.expires) + "\n";
  }
  return text;
}

result<loaded_key_ring> load_key_ring(const fs::path& file) {
  return guarded(file, [&]() -> result<loaded_key_ring> {
    // The stamp first: when the file changes in between, the next look finds it newer.
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
      return one_problem(file.string(),
                         "cannot be opened: " + system_reason() +
                             (errno == ENOENT ? " (make one with `actormesh keys create --file " +
                                                    file.string() + "`)"
                                              : std::string{}));
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      return one_problem(file.string(), "others than its owner may write to it and let themselves "
                                        "in; expected mode 0600");
    const auto text = read_text_file(file, largest_file);
    if (!text)
      return text.error();
    auto ring = parse_key_ring(*text, file.string());
    if (!ring)
      return ring.error();
    loaded_key_ring loaded{
        std::make_shared<const key_ring>(*std::move(ring)), stamp_from(status), {}};
    if ((status.st_mode & (S_IRGRP | S_IROTH)) != 0)
      loaded.warnings.push_back({severity::warning, file.string(), 0, 0,
                                 "others than its owner may read it; expected mode 0600"});
    return loaded;
  });
}

result<new_key> create_key(const fs::path& file, const key_request& request) {
  return guarded(file, [&]() -> result<new_key> {
    if (auto wrong = check_request(file, request); !wrong.empty())
      return wrong;
    return edit(file, presence::optional,
                [&](std::string& salt, std::vector<api_key_record>& keys) {
                  return add_key(file, request, salt, keys);
                });
  });
}

result<std::optional<new_key>> create_first_key(const fs::path& file, const key_request& request) {
  return guarded(file, [&]() -> result<std::optional<new_key>> {
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
  return guarded(file, [&]() -> result<rotated_key> {
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
  return guarded(file, [&]() -> result<api_key_record> {
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
