#include "config/reference.hpp"

#include "config/descriptor.hpp"
#include "config/loader.hpp"

#include <algorithm>
#include <string_view>

namespace actormesh::config {

namespace {

constexpr std::string_view introduction = R"(# Configuration

<!-- Made by `actormesh config-reference markdown` from config/settings/: edit that. -->

`actormesh serve --config FILE` reads a YAML file.
[`config/actormesh.example.yaml`](../config/actormesh.example.yaml) has every option in it.
`actormesh check-config FILE` checks a file without starting anything: it prints one line and exits
with status 0, or prints every problem as `FILE:LINE:COLUMN: message` and exits with status 2. The
node checks the same before it opens a port. Editors with a YAML language server do so while one
types, if the first line of the file is `# yaml-language-server: $schema=` and the place of
[`actormesh.schema.json`](../config/actormesh.schema.json).

Without a file the node serves one API `default` with the namespace `default`. Its keys are in
`keys.yaml` in the state directory (`--state-dir`, else `$XDG_STATE_HOME/actormesh`, else
`~/.local/state/actormesh`); the first start makes one key and prints it, once.

## Values

| what | how it is written |
| --- | --- |
| duration | a whole number with `ms`, `s`, `m`, `h` or `d`: `500ms`, `10s`, `24h`; also `1m30s` |
| size | bytes, or a number with `KiB`, `MiB`, `GiB` (powers of 1024) or `KB`, `MB`, `GB` (powers of 1000): `240KiB`, `8MB`, `1.2MB` |
| list | `[API_KEY, NONE]` |

An option that is left out has its default. Unknown options, options that are set twice, values of
the wrong type and combinations that can't be are all reported at once.

## Environment and flags

What is not in a list can also be set by an environment variable: `ACTORMESH_`, then the option's
path in capitals with `_` for the dot (`log.level` is `ACTORMESH_LOG_LEVEL`). A variable that is set
to nothing counts as not set. A variable with an unknown name is reported as a warning and ignored.
`ACTORMESH_LISTEN` (`ADDRESS:PORT`, several with commas between them), `ACTORMESH_JOIN` (`HOST:PORT`,
likewise), `ACTORMESH_CONFIG` and `ACTORMESH_STATE_DIR` stand for the flags `--listen`, `--join`,
`--config` and `--state-dir`.

`actormesh serve --set OPTION=VALUE` sets the same options. The order is: defaults, file,
environment, flags; the later ones win. Listeners from the environment or from flags replace those
of the file, and so do seeds of the mesh.

A listener or a mesh port that nobody wrote anywhere may move: where 8080 or 7400 is taken, the node
takes a free port and prints it, so that a second node on a machine needs no configuration.

## Changes while the node runs

SIGHUP makes the node read the file again. Options marked *live* count from then on; for those
marked *restart* the log names every one that differs and waits for a restart. A file that has
problems changes nothing. Files of keys are picked up by themselves.
)";

constexpr std::string_view second_api = R"(
  # A second environment. Nothing is shared between two APIs.
  - id: prod
    path_prefix: /v/prod
    keys_file: keys-prod.yaml
    namespaces:
      - name: default
      - name: orders
        slow_consumer: drop_oldest
)";

bool starts_list_item(std::string_view path) { return path.ends_with("[]"); }

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

/// A cell of a table must not end at a bar in it.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text)
    result += c == '|' ? std::string{"\\|"} : std::string{c};
  return result;
}

void add_row(const option_description& each, std::string& to) {
  to += "| `" + each.path + "`";
  if (each.scalar)
    to += "<br>`" + environment_name(each.path) + "`";
  to += " | " + cell(each.expected) + " | ";
  to += each.required ? "required" : "`" + each.default_value + "`";
  to += " | " + std::string{to_string(each.effect)} + " | " + cell(each.documentation) + " |\n";
}

/// Breaks a comment at blanks so that no line is longer than a page.
void add_comment(const std::string& text, const std::string& indent, std::string& to) {
  constexpr std::size_t page = 100;
  std::string line = indent + "#";
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find(' ', from), text.size());
    const auto word = text.substr(from, end - from);
    if (line.size() + 1 + word.size() > page) {
      to += line + "\n";
      line = indent + "#";
    }
    line += " " + word;
    from = end + 1;
  }
  to += line + "\n";
}

/// Writes the comment and the value of one option.
void add_example(const option_description& each, const std::string& indent, bool first_of_item,
                 std::string& to) {
  add_comment(each.documentation + " Expects " + each.expected + ".", indent, to);
  auto key_indent = indent;
  if (first_of_item)
    key_indent.replace(key_indent.size() - 2, 2, "- ");
  to += key_indent + each.key + ": " + each.example + "\n";
}

/// Lines of YAML that say nothing until somebody removes the `#` before each.
std::string as_comment(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const auto end = lines.find('\n') + 1;
    const auto line = lines.substr(0, end);
    const auto indent = line.find_first_not_of(' ');
    // What is a comment already stays the only one of its line.
    if (line[indent] != '#')
      text.append(line.substr(0, indent)).append("#").append(line.substr(indent));
    else
      text.append(line);
    lines.remove_prefix(end);
  }
  return text;
}

/// The last part of a section's path, as a key.
std::string key_of(std::string_view path) {
  if (const auto dot = path.rfind('.'); dot != std::string_view::npos)
    path.remove_prefix(dot + 1);
  return std::string{path.substr(0, path.find('['))};
}

/// Writes the options of a struct that differ from those of another, and the mappings around them.
std::string changes_of(struct_view in, struct_view defaults, const std::string& indent) {
  std::string text;
  for (const auto& each : in.of.options)
    if (const auto value = format(each, in.value); value != format(each, defaults.value))
      text += indent + std::string{each.key} + ": " + value + "\n";
  for (const auto& each : in.of.branches) {
    if (is_list(each))
      continue;
    const auto inner = changes_of(enter(each, in), enter(each, defaults), indent + "  ");
    if (!inner.empty())
      text += indent + std::string{each.key} + ":\n" + inner;
  }
  return text;
}

} // namespace

std::string markdown_of(std::span<const section_description> sections) {
  std::string text;
  for (const auto& each : sections) {
    text += "\n## " + each.path + "\n\n" + each.documentation + "\n";
    if (each.options.empty())
      continue;
    text += "\n| option | expects | default | change | what it does |\n";
    text += "| --- | --- | --- | --- | --- |\n";
    for (const auto& option : each.options)
      add_row(option, text);
  }
  return text;
}

std::string yaml_of(std::span<const section_description> sections) {
  std::string text;
  for (const auto& each : sections) {
    // Two columns for each mapping around this one, and two more for each list around it.
    const auto lists =
        static_cast<std::size_t>(std::count(each.path.begin(), each.path.end(), '[') -
                                 (starts_list_item(each.path) ? 1 : 0));
    const std::string indent(2 * (depth_of(each.path) + lists), ' ');
    const std::string inner = indent + (starts_list_item(each.path) ? "    " : "  ");
    text += "\n";
    add_comment(each.documentation, indent, text);
    std::string body = indent + key_of(each.path) + ":\n";
    bool first = starts_list_item(each.path);
    for (const auto& option : each.options) {
      add_example(option, inner, first, body);
      first = false;
    }
    text += each.commented_out ? as_comment(body) : body;
  }
  return text;
}

std::string yaml_of_changes(const settings& values) {
  const settings defaults;
  return changes_of(described(values), described(defaults), "");
}

std::string reference_markdown() { return std::string{introduction} + markdown_of(all_sections()); }

std::string example_yaml() {
  return "# Every option of Actormesh. All but id, name and keys_file have the value that they "
         "have "
         "when\n# they are left out. docs/configuration.md says more. Made by `actormesh "
         "config-reference example`.\n" +
         yaml_of(all_sections()) + std::string{second_api};
}

} // namespace actormesh::config
