/// A struct of settings is described in one place, and everything follows from there.
#include "config/combinations.hpp"
#include "config/descriptor.hpp"
#include "config/reader.hpp"
#include "config/reference.hpp"
#include "config/reload.hpp"
#include "config/schema_rules.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh::config;
using namespace std::chrono_literals;

// -- the one place: structs and their descriptors -----------------------------------------------

namespace {

enum class colour : std::uint8_t { red, green };

[[maybe_unused]] std::string_view to_string(colour value) noexcept {
  switch (value) {
  case colour::red:
    return "red";
  case colour::green:
    return "green";
  }
  return "?";
}

struct shard_settings {
  std::string name;
  std::size_t bytes = 4096;
  std::vector<colour> colours{colour::red};
  std::vector<std::string> files;

  friend bool operator==(const shard_settings&, const shard_settings&) = default;
};

struct store_settings {
  std::chrono::milliseconds timeout{1'000};
  std::string file;
  std::vector<shard_settings> shards;

  friend bool operator==(const store_settings&, const store_settings&) = default;
};

struct shop_settings {
  store_settings store;

  friend bool operator==(const shop_settings&, const shop_settings&) = default;
};

constexpr option shard_options[] = {
    {.key = "name",
     .member = at<&shard_settings::name>,
     .rule = &tables::name_rule,
     .needed = presence::required,
     .example = "left",
     .documentation = "Name of the shard."},
    {.key = "bytes",
     .member = at<&shard_settings::bytes>,
     .measure = unit::bytes,
     .min = 1024,
     .max = 1024 * 1024,
     .documentation = "Size of the shard."},
    {.key = "colours",
     .member = at<&shard_settings::colours>,
     .effect = takes_effect::restart,
     .documentation = "Colours of the shard."},
    {.key = "files",
     .member = at<&shard_settings::files>,
     .rule = &tables::file_rule,
     .documentation = "Files of the shard."},
};

constexpr option store_options[] = {
    {.key = "timeout",
     .member = at<&store_settings::timeout>,
     .max = 60'000,
     .documentation = "How long it waits."},
    {.key = "file",
     .member = at<&store_settings::file>,
     .rule = &tables::optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Where it is."},
};

void check_shards(const store_settings& store, const std::string& path, combinations& found) {
  if (store.shards.size() > 2)
    found.push_back({severity::error, {path + ".shards"}, path + ".shards: expected two at most"});
}

} // namespace

namespace actormesh::config {

template <> const struct_descriptor& descriptor_of<shard_settings>() noexcept {
  static constexpr auto made = describe<shard_settings>(shard_options);
  return made;
}

} // namespace actormesh::config

namespace {

constexpr branch store_branches[] = {
    {.key = "shards",
     .member = items<&store_settings::shards>,
     .rules = {.item = "shard", .identity = "name"},
     .documentation = "What it is made of."},
};

} // namespace

namespace actormesh::config {

template <> const struct_descriptor& descriptor_of<store_settings>() noexcept {
  static constexpr auto made =
      describe<store_settings, check_shards>(store_options, store_branches);
  return made;
}

} // namespace actormesh::config

namespace {

constexpr branch shop_branches[] = {
    {.key = "store", .member = in<&shop_settings::store>, .documentation = "Where things are."},
};

} // namespace

namespace actormesh::config {

template <> const struct_descriptor& descriptor_of<shop_settings>() noexcept {
  static constexpr auto made = describe<shop_settings>({}, shop_branches);
  return made;
}

} // namespace actormesh::config

// -- what follows from it -----------------------------------------------------------------------

namespace {

struct read_shop {
  shop_settings values;
  std::vector<std::string> problems;
  std::vector<std::string> combinations;
};

read_shop read(const std::string& text) {
  read_shop made;
  const auto document = parse_yaml(text, "f");
  REQUIRE(document.has_value());
  reader from{"f"};
  from.read(document->root, described(made.values));
  for (const auto& each : from.found())
    made.problems.push_back(to_string(each));
  make_files_absolute(described(made.values), "/etc");
  for (const auto& each : check_combinations(described(made.values)))
    made.combinations.push_back(each.message);
  return made;
}

using texts_of = std::vector<std::string>;
using changes = std::vector<change>;

} // namespace

TEST_CASE("a described struct is read from a file") {
  const auto shop = read(R"(
store:
  timeout: 5s
  file: a/b
  shards:
    - {name: left, bytes: 8KiB, colours: [green, red], files: [x, /y]}
    - {name: right}
)");
  CHECK(shop.problems.empty());
  CHECK(shop.combinations.empty());
  CHECK(shop.values ==
        shop_settings{{5s,
                       "/etc/a/b",
                       {{"left", 8192, {colour::green, colour::red}, {"/etc/x", "/y"}},
                        {"right", 4096, {colour::red}, {}}}}});
}

TEST_CASE("what is wrong with a described struct is said with its place") {
  CHECK(read("store:\n  shards:\n    - {bytes: 1, colours: [blue]}\n  time: 1s\n").problems ==
        texts_of{"f:3:15: store.shards[0].bytes: expected a size from 1KiB to 1MiB, such as 4096, "
                 "240KiB or 8MB; found \"1\"",
                 "f:3:28: store.shards[0].colours: expected a list of red, green; found \"blue\" "
                 "in it",
                 "f:3:7: store.shards[0].name: is missing, expected 1 to 64 characters of A-Z, "
                 "a-z, 0-9, _ . and -",
                 "f:4:3: unknown option \"time\"; known here: timeout, file, shards"});
  CHECK(read("bytes: 1").problems ==
        texts_of{"f:1:1: unknown option \"bytes\" here; \"bytes\" belongs under store.shards[]"});
}

TEST_CASE("items with the same identity, doubled choices and the struct's own check are reported") {
  CHECK(read("store: {shards: [{name: a}, {name: b, colours: [red, red]}, {name: a}]}")
            .combinations ==
        texts_of{"store.shards[2].name: \"a\" is the name of store.shards[0] too",
                 "store.shards: expected two at most",
                 "store.shards[1].colours: red is in the list twice"});
}

TEST_CASE("an option of a described struct is found by its path, unless it is in a list") {
  shop_settings shop;
  const auto found = find_option(described(shop), "store.timeout");
  REQUIRE(found.has_value());
  CHECK(assign(found->which, found->owner, {"2s"}));
  CHECK(shop.store.timeout == 2s);
  CHECK_FALSE(find_option(described(shop), "store.shards.name").has_value());
  CHECK_FALSE(find_option(described(shop), "store").has_value());
  CHECK_FALSE(find_option(described(shop), "").has_value());
}

TEST_CASE("a described struct documents itself") {
  const shop_settings defaults;
  const auto sections = describe_sections(described(defaults));
  CHECK(markdown_of(sections) == R"(
## store

Where things are.

| option | expects | default | change | what it does |
| --- | --- | --- | --- | --- |
| `store.timeout`<br>`ACTORMESH_STORE_TIMEOUT` | a duration from 0s to 1m | `1s` | live | How long it waits. |
| `store.file`<br>`ACTORMESH_STORE_FILE` | nothing, or the name of a file | `""` | restart | Where it is. |

## store.shards[]

What it is made of.

| option | expects | default | change | what it does |
| --- | --- | --- | --- | --- |
| `store.shards[].name` | 1 to 64 characters of A-Z, a-z, 0-9, _ . and - | required | live | Name of the shard. |
| `store.shards[].bytes` | a size from 1KiB to 1MiB | `4KiB` | live | Size of the shard. |
| `store.shards[].colours` | a list of red, green | `[red]` | restart | Colours of the shard. |
| `store.shards[].files` | a list, each the name of a file | `[]` | live | Files of the shard. |
)");
  CHECK(yaml_of(sections) == R"(
# Where things are.
store:
  # How long it waits. Expects a duration from 0s to 1m.
  timeout: 1s
  # Where it is. Expects nothing, or the name of a file.
  file: ""

  # What it is made of.
  #shards:
      # Name of the shard. Expects 1 to 64 characters of A-Z, a-z, 0-9, _ . and -.
    #- name: left
      # Size of the shard. Expects a size from 1KiB to 1MiB.
      #bytes: 4KiB
      # Colours of the shard. Expects a list of red, green.
      #colours: [red]
      # Files of the shard. Expects a list, each the name of a file.
      #files: []
)");
}

TEST_CASE("a described struct has a JSON Schema") {
  const shop_settings defaults;
  CHECK(json_schema_of(described(defaults), "A \"shop\"") == R"__({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "A \"shop\"",
  "type": "object",
  "properties": {
    "store": {
      "description": "Where things are.",
      "type": ["object", "null"],
      "properties": {
        "timeout": {
          "description": "How long it waits. Expects a duration from 0s to 1m.",
          "default": "1s",
          "type": ["string", "integer"],
          "minimum": 0,
          "maximum": 0,
          "pattern": "^(0|(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$"
        },
        "file": {
          "description": "Where it is. Expects nothing, or the name of a file.",
          "default": "",
          "type": ["string", "number", "boolean"]
        },
        "shards": {
          "description": "What it is made of.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "name": {
                "description": "Name of the shard. Expects 1 to 64 characters of A-Z, a-z, 0-9, _ . and -.",
                "type": ["string", "number", "boolean"],
                "pattern": "^[A-Za-z0-9_.-]{1,64}$"
              },
              "bytes": {
                "description": "Size of the shard. Expects a size from 1KiB to 1MiB.",
                "default": "4KiB",
                "type": ["integer", "string"],
                "minimum": 1024,
                "maximum": 1048576,
                "pattern": "^([0-9]+|[0-9]+(\\.[0-9]{1,9})?(B|KiB|MiB|GiB|KB|MB|GB))$"
              },
              "colours": {
                "description": "Colours of the shard. Expects a list of red, green.",
                "default": ["red"],
                "type": "array",
                "uniqueItems": true,
                "items": {
                  "enum": ["red", "green"]
                }
              },
              "files": {
                "description": "Files of the shard. Expects a list, each the name of a file.",
                "default": [],
                "type": "array",
                "items": {
                  "type": ["string", "number", "boolean"]
                }
              }
            },
            "required": ["name"],
            "additionalProperties": false
          }
        }
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
}
)__");
}

TEST_CASE("a reload of a described struct takes what is live and names the rest") {
  shop_settings next{{1s, "/a", {{"left", 4096, {colour::red}, {}}, {"right", 4096, {}, {}}}}};
  const shop_settings fresh{
      {2s, "/b", {{"new", 4096, {}, {}}, {"left", 8192, {colour::green}, {}}}}};
  const auto found = take_changes(described(fresh), described(next));
  CHECK(found.applied == changes{{"store.timeout", "1s", "2s"},
                                 {"store.shards", "right", "(none)"},
                                 {"store.shards", "(none)", "new"},
                                 {"store.shards[left].bytes", "4KiB", "8KiB"}});
  CHECK(found.needs_restart ==
        changes{{"store.file", "/a", "/b"}, {"store.shards[left].colours", "[red]", "[green]"}});
  CHECK(next ==
        shop_settings{{2s, "/a", {{"new", 4096, {}, {}}, {"left", 8192, {colour::red}, {}}}}});
}
