#include "config/keys/key_text.hpp"

#include "config/defaults.hpp"
#include "config/keys/guarded.hpp"
#include "config/keys/time_text.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace actormesh::config {

namespace {

using std::chrono::sys_seconds;

constexpr std::size_t longest_description = 200;
constexpr std::size_t salt_digits = 32;
constexpr std::size_t hash_digits = 64;

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text::is_hex(text);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alphanumeric(c) || c == '_' || c == '-';
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
      text(into.description, "at most 200 printable characters", is_key_description);
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

} // namespace

bool is_key_description(std::string_view text) noexcept {
  return text.size() <= longest_description && !text::has_control(text);
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

} // namespace actormesh::config
