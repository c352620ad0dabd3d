/// Checking audit files: the other end of `audit/chain.hpp`.
#pragma once

#include "audit/chain.hpp"
#include "config/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::audit {

/// What is wrong with a line.
enum class fault : std::uint8_t {
  torn,        ///< The last line has no end: the node, or somebody, stopped within it.
  too_long,    ///< No record is that long.
  malformed,   ///< It is no record.
  changed,     ///< Its hash is another one.
  missing,     ///< Records before it were cut out.
  reordered,   ///< Records that belong before it come later.
  inserted,    ///< There was a record with this number before.
  replaced,    ///< It does not follow from the record before, which got a new hash.
  no_header,   ///< A file begins with another record than `file_begins`.
  wrong_kind,  ///< The file's chain was made with another key, with one, or without one.
  wrong_start, ///< The chain does not begin where it was said to.
  wrong_head,  ///< No record has the hash that was said to be one's.
};

[[nodiscard]] std::string_view to_string(fault) noexcept;

/// The first thing that is wrong.
struct finding {
  fault kind = fault::malformed;
  std::string file;
  std::uint64_t line = 0; ///< From 1; 0: the files as a whole.
  std::string message;    ///< For people.
};

/// What was read.
struct summary {
  std::uint64_t records = 0;   ///< That are as they were written.
  std::uint64_t first_seq = 0; ///< Above 1: older files are not here.
  std::string first_time;
  std::string last_time;
  head last;
  std::optional<finding> broken;
};

/// What is known from elsewhere.
struct expectation {
  std::string key = {};               ///< Of the chain; empty: it has none.
  std::optional<hash_text> head = {}; ///< A record with this hash must be there.
  bool from_start = false;            ///< The first record must be number 1.
};

/// One thread at a time. Checks the bytes of files that follow each other, in any pieces, with the
/// memory of one line. The outcome does not depend on the pieces.
class verifier {
public:
  explicit verifier(expectation what);

  void begin_file(std::string name);
  void put(std::string_view bytes);
  void end_file();

  /// Returns the result; call it last.
  [[nodiscard]] summary finish();

private:
  void take_line(std::string_view line);
  void check(const parsed_line& line);
  [[nodiscard]] bool check_header(const parsed_line& line);
  [[nodiscard]] bool check_place(const parsed_line& line);
  void accept(const parsed_line& line);
  void look_for_missing(const parsed_line& line);
  void report(fault kind, std::string message);

  expectation expected_;
  hasher hasher_;
  summary result_;
  std::string file_;
  std::string rest_;        ///< The begin of a line whose end has not come.
  std::uint64_t line_ = 0;  ///< That is being read, from 1.
  std::uint64_t found_ = 0; ///< First record after those that are missing.
  bool skipping_ = false;   ///< Within a line that is too long.
  bool head_seen_ = false;
};

/// The files of a folder that belong to an audit log, in the order of their records; a name that
/// is no folder stands for itself.
[[nodiscard]] config::result<std::vector<std::filesystem::path>>
list_files(const std::filesystem::path& name);

/// Any thread: reads and checks files in this order. Problems are files that cannot be read.
[[nodiscard]] config::result<summary> verify_files(const std::vector<std::filesystem::path>& files,
                                                   const expectation& what);

} // namespace actormesh::audit
