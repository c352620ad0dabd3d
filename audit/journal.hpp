/// The files of an audit log on the disk: which one is written, where it ends, when the next one
/// begins. Knows nothing of queues and threads.
#pragma once

#include "audit/chain.hpp"
#include "audit/figures.hpp"
#include "audit/options.hpp"
#include "audit/record.hpp"
#include "audit/seams.hpp"
#include "config/file_io.hpp"
#include "config/problem.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct stat;

namespace actormesh::audit {

/// A file that was rotated.
struct rotated_file {
  std::filesystem::path name;
  std::uint64_t last_seq = 0; ///< Of its last record, as its name says.
};

/// Returns the rotated files beside `current`, oldest records first.
[[nodiscard]] std::vector<rotated_file> find_rotated(const std::filesystem::path& current);

/// One thread at a time. Holds the lock of the log, and the file open, while it lives.
class journal {
public:
  /// See `log::open`. Notes `audit_started`, and what it found at the end of the file.
  [[nodiscard]] static config::result<std::unique_ptr<journal>>
  open(const options& how, const seams& from, figures& counts);

  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;
  ~journal();

  /// Writes bodies (`append_body`), each with a line end behind it: as many as one write should
  /// hold. Returns how many bytes of them were written, 0 for none; nothing if it failed, and then
  /// none of this call is in the file. Notes go first.
  [[nodiscard]] std::optional<std::size_t> write(std::string_view bodies);

  /// Rotates and syncs, if it is time for that.
  void tick();

  /// Syncs now, unless the policy is `none`. Returns whether all is on the disk, or need not be.
  bool sync();

  /// Returns how long `tick` has nothing to sync; nothing: until more is written.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_sync() const;

  /// Puts a body before all that is written from now on.
  void note(std::string_view body);

  [[nodiscard]] const head& last() const noexcept { return head_; }

  /// JSON, as `append_begin` wants it.
  [[nodiscard]] const std::string& node() const noexcept { return node_; }

private:
  /// The last record of a file.
  struct ending {
    head last;
    std::uint64_t good_bytes = 0; ///< The file up to that record.
    std::string damaged;          ///< What stands behind it.
  };

  /// The first record of a file.
  struct beginning {
    file_header header;
    std::chrono::sys_seconds time;
  };

  /// What goes into one write. Bodies, each with a line end behind it.
  struct piece {
    std::string_view header;
    std::string_view notes;
    std::string_view bodies;
    head last;
  };

  journal(const options& how, const seams& from, figures& counts, std::string_view key);

  // Opening.
  config::problems open_folder();
  config::problems take_lock();
  config::problems go_on();
  config::problems follow_rotated();
  config::problems resume(int file, const struct stat& status);
  config::problems set_aside(const std::string& damaged);
  config::result<beginning> read_beginning(int file, const std::filesystem::path& name) const;
  config::result<ending> read_ending(int file, const std::filesystem::path& name,
                                     const file_header& header);
  [[nodiscard]] bool is_own_chain(const file_header& header) const;

  // Writing.
  [[nodiscard]] std::optional<std::size_t> write_piece(std::string_view bodies);
  [[nodiscard]] bool link(piece& of);
  [[nodiscard]] bool prepare();
  [[nodiscard]] bool check_file();
  [[nodiscard]] bool repair();
  [[nodiscard]] bool make_file();
  [[nodiscard]] bool rotate();
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] bool write_all(std::string_view bytes);
  void remove_old();
  void sync_folder();
  void note_change(const std::string& details);
  [[nodiscard]] std::string header_body() const;

  // Telling.
  [[nodiscard]] bool failed(std::string_view what);
  void tell_state();

  options how_;
  seams from_;
  figures& counts_;
  hasher hasher_;
  std::string node_;
  std::filesystem::path folder_name_;

  std::unique_ptr<config::descriptor> folder_;
  std::unique_ptr<config::descriptor> lock_;
  std::unique_ptr<config::descriptor> file_; ///< None between two files, if the next can't be made.

  head head_;
  std::uint64_t size_ = 0;            ///< Of the file, as far as it holds whole records.
  std::uint64_t records_in_file_ = 0; ///< Exact up to one, with the header.
  std::chrono::sys_seconds began_{};  ///< The file's first record.
  std::string before_;                ///< Name of the file before this one.
  bool torn_ = false;                 ///< There may be half a record behind `size_`.
  std::string notes_;
  std::string out_;

  bool dirty_ = false;                                          ///< There is something to sync.
  std::optional<std::chrono::steady_clock::time_point> synced_; ///< Nothing: not yet.
  std::chrono::steady_clock::time_point rotate_not_before_;

  bool write_failing_ = false;
  bool sync_failing_ = false;
  std::chrono::steady_clock::time_point last_complaint_;
  std::uint64_t failures_ = 0; ///< Since all was well.
};

} // namespace actormesh::audit
