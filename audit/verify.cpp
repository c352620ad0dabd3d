#include "audit/verify.hpp"

#include "audit/record.hpp"
#include "config/file_io.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace actormesh::audit {

namespace {

namespace fs = std::filesystem;
using config::one_problem;

constexpr std::size_t read_bytes = 64UL * 1024;

std::string record_name(std::uint64_t seq) { return "record " + std::to_string(seq); }

/// Returns the number of a file's first record; 0 if it does not begin with one.
std::uint64_t first_seq(const fs::path& file) {
  std::ifstream from{file, std::ios::binary};
  std::string text(longest_line, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  const auto line = parse_line(std::string_view{text}.substr(0, text.find('\n')));
  return line ? line->seq : 0;
}

} // namespace

std::string_view to_string(fault kind) noexcept {
  switch (kind) {
  case fault::torn:
    return "torn";
  case fault::too_long:
    return "too long";
  case fault::malformed:
    return "malformed";
  case fault::changed:
    return "changed";
  case fault::missing:
    return "missing";
  case fault::reordered:
    return "reordered";
  case fault::inserted:
    return "inserted";
  case fault::replaced:
    return "replaced";
  case fault::no_header:
    return "no header";
  case fault::wrong_kind:
    return "wrong kind";
  case fault::wrong_start:
    return "wrong start";
  case fault::wrong_head:
    return "wrong head";
  }
  return "unknown";
}

// -- bytes to lines ----------------------------------------------------------------------------

verifier::verifier(expectation what)
  : expected_{std::move(what)}
  , hasher_{expected_.key} {}

void verifier::begin_file(std::string name) {
  file_ = std::move(name);
  line_ = 1;
  rest_.clear();
  skipping_ = false;
}

void verifier::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (rest_.size() + part.size() >= longest_line) {
      report(fault::too_long, "is longer than any record");
      skipping_ = true;
      rest_.clear();
    }
    if (end == std::string_view::npos) {
      if (!skipping_)
        rest_ += part;
      return;
    }
    bytes.remove_prefix(end + 1);
    if (!skipping_) {
      rest_ += part;
      take_line(rest_);
    }
    rest_.clear();
    skipping_ = false;
    ++line_;
  }
}

void verifier::end_file() {
  if (!rest_.empty())
    report(fault::torn, "has no end: the node, or somebody, stopped within it");
  rest_.clear();
}

summary verifier::finish() {
  if (!result_.broken && expected_.head && !head_seen_) {
    file_.clear();
    line_ = 0;
    report(fault::wrong_head, "no record has the hash " + std::string{view(*expected_.head)} +
                                  ": the end was cut off before it, or another log is meant");
  }
  return std::move(result_);
}

void verifier::report(fault kind, std::string message) {
  if (!result_.broken)
    result_.broken = finding{kind, file_, line_, std::move(message)};
}

// -- lines to findings -------------------------------------------------------------------------

void verifier::take_line(std::string_view line) {
  const auto parsed = parse_line(line);
  if (!parsed)
    report(fault::malformed, "is no record");
  else if (result_.broken)
    look_for_missing(*parsed);
  else
    check(*parsed);
}

void verifier::check(const parsed_line& line) {
  if (line_ == 1 && !check_header(line))
    return;
  if (hasher_(line.hashed) != line.hash)
    report(fault::changed, record_name(line.seq) + " is not as it was written");
  else if (check_place(line))
    accept(line);
}

bool verifier::check_header(const parsed_line& line) {
  const auto header = parse_header(line.body);
  if (!header) {
    report(fault::no_header,
           "a file begins with the record file_begins, and not with " + record_name(line.seq));
    return false;
  }
  if (header->chain == hasher_.name() && header->key_id == hasher_.key_id())
    return true;
  report(fault::wrong_kind,
         header->chain != "hmac-sha256" ? "the chain of this file was made without the key"
         : expected_.key.empty()
             ? "the chain of this file was made with a key; give it by --key-file"
             : "the chain of this file was made with another key");
  return false;
}

bool verifier::check_place(const parsed_line& line) {
  const bool first = result_.records == 0;
  if (first && expected_.from_start && line.seq != 1) {
    report(fault::wrong_start, "begins with " + record_name(line.seq) + " instead of record 1");
    return false;
  }
  if (first && line.seq > 1)
    return true;
  const auto next = result_.last.seq + 1;
  if (line.seq > next) {
    report(fault::missing, (line.seq == next + 1 ? record_name(next) + " is"
                                                 : "records " + std::to_string(next) + " to " +
                                                       std::to_string(line.seq - 1) + " are") +
                               " missing before this one");
    found_ = line.seq;
  } else if (line.seq < next) {
    report(fault::inserted, record_name(line.seq) + " comes after " +
                                record_name(result_.last.seq) +
                                ": one of them was put in, or moved");
  } else if (line.prev != result_.last.hash) {
    report(fault::replaced,
           record_name(line.seq) + " does not follow from the one before, which was replaced");
  }
  return !result_.broken;
}

void verifier::accept(const parsed_line& line) {
  if (result_.records == 0) {
    result_.first_seq = line.seq;
    result_.first_time = line.time;
  }
  ++result_.records;
  result_.last_time = line.time;
  result_.last = {line.seq, line.hash};
  head_seen_ = head_seen_ || line.hash == expected_.head;
}

/// Behind a gap: tells records that were cut out from records that were moved.
void verifier::look_for_missing(const parsed_line& line) {
  if (result_.broken->kind != fault::missing || line.seq <= result_.last.seq || line.seq >= found_)
    return;
  result_.broken->kind = fault::reordered;
  result_.broken->message +=
      "; " + record_name(line.seq) + " comes later, in " + file_ + ":" + std::to_string(line_);
}

// -- files -------------------------------------------------------------------------------------

config::result<std::vector<fs::path>> list_files(const fs::path& name) {
  std::error_code failed;
  if (!fs::is_directory(name, failed))
    return std::vector<fs::path>{name};
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  fs::directory_iterator each{name, failed};
  for (const fs::directory_iterator last; !failed && each != last; each.increment(failed)) {
    // A file that was just begun holds nothing yet.
    std::error_code gone;
    if (each->path().extension() == ".jsonl" && each->file_size(gone) > 0 && !gone)
      found.emplace_back(first_seq(each->path()), each->path());
  }
  if (failed)
    return one_problem(name.string(), "cannot be read: " + failed.message());
  if (found.empty())
    return one_problem(name.string(), "holds no files that end in .jsonl");
  std::sort(found.begin(), found.end());
  std::vector<fs::path> files;
  for (auto& [seq, file] : found)
    files.push_back(std::move(file));
  return files;
}

config::result<summary> verify_files(const std::vector<fs::path>& files, const expectation& what) {
  verifier check{what};
  std::string buffer(read_bytes, '\0');
  for (const auto& each : files) {
    const config::descriptor file{::open(each.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file)
      return one_problem(each.string(), "cannot be opened: " + config::system_reason());
    check.begin_file(each.string());
    for (;;) {
      const auto count = ::read(file.number(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return one_problem(each.string(), "cannot be read: " + config::system_reason());
      if (count == 0)
        break;
      check.put(std::string_view{buffer}.substr(0, static_cast<std::size_t>(count)));
    }
    check.end_file();
  }
  return check.finish();
}

} // namespace actormesh::audit
