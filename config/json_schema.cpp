#include "config/descriptor.hpp"
#include "config/reference.hpp"
#include "config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

namespace {

constexpr std::string_view size_pattern =
    R"(^([0-9]+|[0-9]+(\.[0-9]{1,9})?(B|KiB|MiB|GiB|KB|MB|GB))$)";

constexpr std::string_view duration_pattern =
    R"(^(0|(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$)";

/// RFC 8259 section 7. What is written here has no control characters.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

std::string array_of(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& each : values)
    text += (text.empty() ? "" : ", ") + each;
  return "[" + text + "]";
}

/// Writes objects with a member a line.
class object_writer {
public:
  /// `value` is JSON.
  void member(std::string_view key, const std::string& value) {
    begin_member(key);
    text_ += value;
  }

  void open(std::string_view key) {
    begin_member(key);
    open();
  }

  void open() {
    text_ += '{';
    ++depth_;
    is_first_ = true;
  }

  void close() {
    --depth_;
    if (!is_first_)
      text_ += "\n" + indent();
    text_ += '}';
    is_first_ = false;
  }

  [[nodiscard]] std::string& text() noexcept { return text_; }

private:
  void begin_member(std::string_view key) {
    text_ += (is_first_ ? "\n" : ",\n") + indent() + in_quotes(key) + ": ";
    is_first_ = false;
  }

  [[nodiscard]] std::string indent() const { return std::string(2 * depth_, ' '); }

  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;
};

/// A value as it would be read from YAML: what has a unit is a text.
std::string json_of(const option& which, const std::string& text) {
  const auto kind = which.member.type->kind;
  const bool bare =
      kind == value_kind::flag ||
      (kind == value_kind::number && text.find_first_not_of("0123456789") == std::string::npos);
  return bare ? text : in_quotes(text);
}

void write_number(const option& which, object_writer& to) {
  if (which.measure == unit::bytes)
    to.member("type", R"(["integer", "string"])");
  else
    to.member("type", R"("integer")");
  to.member("minimum", std::to_string(which.min));
  to.member("maximum", std::to_string(which.max));
  if (which.measure == unit::bytes)
    to.member("pattern", in_quotes(size_pattern));
}

/// Without a unit only nothing is a duration.
void write_duration(const option& which, object_writer& to) {
  if (which.min == 0) {
    to.member("type", R"(["string", "integer"])");
    to.member("minimum", "0");
    to.member("maximum", "0");
  } else {
    to.member("type", R"("string")");
  }
  to.member("pattern", in_quotes(duration_pattern));
}

/// What one value may be. A text may look like a number or a truth value: YAML has no quotes.
void write_type(const option& which, object_writer& to) {
  switch (which.member.type->kind) {
  case value_kind::flag:
    to.member("type", R"("boolean")");
    break;
  case value_kind::number:
    write_number(which, to);
    break;
  case value_kind::duration:
    write_duration(which, to);
    break;
  case value_kind::text:
    to.member("type", R"(["string", "number", "boolean"])");
    if (!which.rule->pattern.empty())
      to.member("pattern", in_quotes(which.rule->pattern));
    break;
  case value_kind::choice: {
    std::vector<std::string> names;
    for (const auto each : choices(which))
      names.push_back(in_quotes(each));
    to.member("enum", array_of(names));
    break;
  }
  }
}

void write_option(const option& which, const void* defaults, object_writer& to) {
  to.open(which.key);
  to.member("description",
            in_quotes(std::string{which.documentation} + " Expects " + accepted(which) + "."));
  std::vector<std::string> values;
  for (const auto& each : texts(which, defaults))
    values.push_back(json_of(which, each));
  if (which.needed == presence::optional)
    to.member("default", is_list(which) ? array_of(values) : values.front());
  if (is_list(which)) {
    to.member("type", R"("array")");
    if (which.member.type->kind == value_kind::choice)
      to.member("uniqueItems", "true");
    to.open("items");
    write_type(which, to);
    to.close();
  } else {
    write_type(which, to);
  }
  to.close();
}

void write_struct(struct_view in, object_writer& to);

void write_branch(const branch& which, struct_view in, object_writer& to) {
  to.open(which.key);
  to.member("description", in_quotes(which.documentation));
  if (!is_list(which)) {
    to.member("type", R"(["object", "null"])");
    write_struct(enter(which, in), to);
  } else {
    to.member("type", R"("array")");
    if (which.rules.holds != population::any)
      to.member("minItems", "1");
    to.open("items");
    to.member("type", R"("object")");
    write_struct({which.member.of(), which.member.list->defaults()}, to);
    to.close();
  }
  to.close();
}

void write_struct(struct_view in, object_writer& to) {
  std::vector<std::string> required;
  to.open("properties");
  for (const auto& each : in.of.options) {
    write_option(each, in.value, to);
    if (each.needed == presence::required)
      required.push_back(in_quotes(each.key));
  }
  for (const auto& each : in.of.branches) {
    write_branch(each, in, to);
    if (is_list(each) && each.rules.holds == population::at_least_one)
      required.push_back(in_quotes(each.key));
  }
  to.close();
  if (!required.empty())
    to.member("required", array_of(required));
  to.member("additionalProperties", "false");
}

} // namespace

std::string json_schema_of(struct_view root, std::string_view title) {
  object_writer to;
  to.open();
  to.member("$schema", R"("https://json-schema.org/draft/2020-12/schema")");
  to.member("title", in_quotes(title));
  to.member("type", R"("object")");
  write_struct(root, to);
  to.close();
  return to.text() + "\n";
}

std::string json_schema() {
  const settings defaults;
  return json_schema_of(described(defaults), "Configuration of Actormesh");
}

} // namespace actormesh::config
