#include "config/yaml.hpp"

#include "config/schema.hpp"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace actormesh::config {

namespace {

problem at_mark(severity level, const std::string& source, const YAML::Mark& where,
                std::string message) {
  if (where.is_null())
    return {level, source, 1, 1, std::move(message)};
  return {level, source, static_cast<std::size_t>(where.line) + 1,
          static_cast<std::size_t>(where.column) + 1, std::move(message)};
}

/// Remembers where a document has something in it.
class probe final : public YAML::EventHandler {
public:
  [[nodiscard]] const std::optional<YAML::Mark>& found() const noexcept { return found_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& where, YAML::anchor_t) override { note(where); }
  void OnScalar(const YAML::Mark& where, const std::string&, YAML::anchor_t,
                const std::string&) override {
    note(where);
  }
  void OnSequenceStart(const YAML::Mark& where, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(where);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& where, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(where);
  }
  void OnMapEnd() override {}

private:
  void note(const YAML::Mark& where) {
    if (!found_)
      found_ = where;
  }

  std::optional<YAML::Mark> found_;
};

/// Where something comes behind the first document. yaml-cpp's own LoadAll never ends if a text
/// begins with what no document can begin with: it makes empty documents of it without end.
std::optional<YAML::Mark> find_second(const std::string& text) {
  std::istringstream stream{text};
  YAML::Parser parser{stream};
  probe first;
  probe second;
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second))
    return std::nullopt;
  if (second.found())
    return second.found();
  return parser ? std::optional{YAML::Mark{}} : std::nullopt;
}

} // namespace

yaml_report::yaml_report(std::string source)
  : source_{std::move(source)} {}

void yaml_report::error(const YAML::Mark& where, std::string message) {
  found_.push_back(at_mark(severity::error, source_, where, std::move(message)));
}

void yaml_report::warning(const YAML::Mark& where, std::string message) {
  found_.push_back(at_mark(severity::warning, source_, where, std::move(message)));
}

result<yaml_document> parse_yaml(std::string_view text, const std::string& source) {
  try {
    const std::string copy{text};
    if (const auto second = find_second(copy))
      return problems{at_mark(severity::error, source, *second,
                              "expected one YAML document, found another one")};
    return yaml_document{YAML::Load(copy)};
  } catch (const YAML::Exception& failure) {
    return problems{
        at_mark(severity::error, source, failure.mark, "no valid YAML: " + failure.msg)};
  }
}

std::vector<yaml_entry> entries_of(const YAML::Node& mapping, yaml_report& report) {
  std::vector<yaml_entry> entries;
  for (const auto& item : mapping) {
    if (!item.first.IsScalar()) {
      report.error(item.first.Mark(),
                   "expected the name of an option, found " + describe(item.first));
      continue;
    }
    const auto& key = item.first.Scalar();
    const auto earlier = std::find_if(entries.begin(), entries.end(),
                                      [&](const yaml_entry& each) { return each.key == key; });
    if (earlier == entries.end())
      entries.push_back({key, item.first.Mark(), item.second});
    else
      report.error(item.first.Mark(), quote(key) + " is already set in line " +
                                          std::to_string(earlier->place.line + 1));
  }
  return entries;
}

std::string describe(const YAML::Node& node) {
  switch (node.Type()) {
  case YAML::NodeType::Undefined:
  case YAML::NodeType::Null:
    return "nothing";
  case YAML::NodeType::Sequence:
    return "a list";
  case YAML::NodeType::Map:
    return "a mapping";
  case YAML::NodeType::Scalar:
    break;
  }
  return quote(node.Scalar());
}

std::string unknown_key(std::string_view key, std::span<const std::string> known) {
  const std::string text = "unknown option " + quote(key);
  if (const auto meant = nearest(key, known); !meant.empty())
    return text + ", did you mean \"" + std::string{meant} + "\"?";
  std::string list;
  for (const auto& each : known)
    list += (list.empty() ? "" : ", ") + each;
  return text + "; known here: " + list;
}

} // namespace actormesh::config
