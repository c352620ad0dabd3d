#include "audit/journal.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::audit {

namespace {

namespace fs = std::filesystem;
using config::descriptor;
using config::one_problem;
using config::problems;
using config::system_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::sys_seconds;

constexpr mode_t only_owner = S_IRUSR | S_IWUSR;

/// What one write holds at most: enough that its own cost is nothing next to the bytes'.
constexpr std::size_t piece_bytes = 256UL * 1024;

/// Where the last record is looked for. A write that broke off left less than this.
constexpr std::size_t tail_bytes = piece_bytes + 2 * longest_line;

/// A disk that is full for a night should not fill another one with log lines.
constexpr seconds complaint_interval{30};

/// `20261122T023823Z`
std::string compact_time(std::chrono::system_clock::time_point time) {
  std::string text;
  append_time(text, time);
  text.resize(text.find('.'));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + 'Z';
}

constexpr std::size_t compact_time_size = 16;

/// Reads some bytes at an offset; fewer if the file ends, nothing on an error.
std::optional<std::string> read_at(int file, std::uint64_t from, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto count =
        ::pread(file, text.data() + done, size - done, static_cast<off_t>(from + done));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return std::nullopt;
    if (count == 0)
      break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

fs::path rotated_name(const fs::path& current, std::chrono::system_clock::time_point time,
                      std::uint64_t seq) {
  auto name = current;
  name.replace_filename(current.stem().string() + '-' + compact_time(time) + '-' +
                        std::to_string(seq) + current.extension().string());
  return name;
}

/// Whether a begin of a file is what a node leaves that was stopped within the first write to it.
bool is_unfinished(std::string_view text) {
  constexpr std::string_view begin = "{\"seq\":";
  const auto size = std::min(text.size(), begin.size());
  return text.find('\n') == std::string_view::npos &&
         (text.substr(0, size) == begin.substr(0, size) ||
          text.find_first_not_of('\0') == std::string_view::npos);
}

bool others_may_write(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
         (status.st_uid != ::geteuid() && status.st_uid != 0);
}

} // namespace

std::vector<rotated_file> find_rotated(const fs::path& current) {
  const auto folder = current.has_parent_path() ? current.parent_path() : fs::path{"."};
  const auto begin = current.stem().string() + '-';
  const auto end = current.extension().string();
  std::vector<rotated_file> found;
  std::error_code ignored;
  for (fs::directory_iterator each{folder, ignored}, last; !ignored && each != last;
       each.increment(ignored)) {
    const auto name = each->path().filename().string();
    if (name.size() <= begin.size() + compact_time_size + 1 + end.size() ||
        !name.starts_with(begin) || !name.ends_with(end) ||
        name[begin.size() + compact_time_size] != '-')
      continue;
    const auto digits =
        name.substr(begin.size() + compact_time_size + 1,
                    name.size() - begin.size() - compact_time_size - 1 - end.size());
    std::uint64_t seq = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
    if (error == std::errc{} && stop == digits.data() + digits.size())
      found.push_back({each->path(), seq});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.last_seq < b.last_seq; });
  return found;
}

// -- opening -----------------------------------------------------------------------------------

journal::journal(const options& how, const seams& from, figures& counts, std::string_view key)
  : how_{how}
  , from_{from}
  , counts_{counts}
  , hasher_{key}
  , folder_name_{how.file.has_parent_path() ? how.file.parent_path() : fs::path{"."}} {
  if (!how.node.empty())
    append_json(node_, how.node);
}

journal::~journal() = default;

config::result<std::unique_ptr<journal>> journal::open(const options& how, const seams& from,
                                                       figures& counts) {
  std::string key;
  if (how.key_file) {
    auto loaded = load_key(*how.key_file);
    if (!loaded)
      return loaded.error();
    key = *std::move(loaded);
  }
  std::unique_ptr<journal> made{new journal{how, from, counts, key}};
  if (!made->hasher_("").has_value())
    return one_problem(how.file.string(), "the crypto library has no SHA-256");
  for (const auto step : {&journal::open_folder, &journal::take_lock, &journal::go_on}) {
    if (auto wrong = (*made.*step)(); !wrong.empty())
      return wrong;
  }
  std::string started;
  append_begin(started, from.now(), made->node_, action::audit_started);
  made->note(started + ",\"version\":\"" ACTORMESH_VERSION "\"");
  return made;
}

problems journal::open_folder() {
  folder_ = std::make_unique<descriptor>(
      ::open(folder_name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (!*folder_ || ::fstat(folder_->number(), &status) != 0)
    return one_problem(folder_name_.string(), "cannot be opened: " + system_reason());
  // In a folder such as /tmp nobody can touch the files of others.
  if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0)
    return one_problem(folder_name_.string(),
                       "everybody may write to this folder, and replace the audit log in it");
  return {};
}

problems journal::take_lock() {
  // A file of its own, because the one that is written changes at every rotation.
  const auto name = how_.file.string() + ".lock";
  lock_ = std::make_unique<descriptor>(
      ::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, only_owner));
  if (!*lock_)
    return one_problem(name, "cannot be opened: " + system_reason());
  if (::flock(lock_->number(), LOCK_EX | LOCK_NB) == 0)
    return {};
  return one_problem(how_.file.string(), errno == EWOULDBLOCK
                                             ? "another node writes to this file"
                                             : "cannot be locked: " + system_reason());
}

problems journal::go_on() {
  const auto name = how_.file.string();
  // Not blocking: a pipe without a reader would.
  auto opened = std::make_unique<descriptor>(
      ::open(name.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!*opened && errno == ENOENT) {
    if (auto wrong = follow_rotated(); !wrong.empty())
      return wrong;
    return make_file() ? problems{} : one_problem(name, "cannot be made: " + system_reason());
  }
  if (!*opened || ::fstat(opened->number(), &status) != 0)
    return one_problem(name, errno == ELOOP ? "is a symbolic link, which is not followed"
                                            : "cannot be opened: " + system_reason());
  if (!S_ISREG(status.st_mode))
    return one_problem(name, "is no regular file");
  if (others_may_write(status))
    return one_problem(name, "others than its owner may write to it; expected mode 0600, and a "
                             "file of the node's own user");
  file_ = std::move(opened);
  return resume(file_->number(), status);
}

problems journal::resume(int file, const struct stat& status) {
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto begin = read_at(file, 0, longest_line);
  if (!begin)
    return one_problem(how_.file.string(), "cannot be read: " + system_reason());
  if (begin->size() == size && is_unfinished(*begin)) {
    if (auto wrong = follow_rotated(); !wrong.empty() || begin->empty())
      return wrong;
    return set_aside(*begin);
  }
  const auto first = read_beginning(file, how_.file);
  if (!first)
    return first.error();
  auto end = read_ending(file, how_.file, first->header);
  if (!end)
    return end.error();
  began_ = first->time;
  head_ = end->last;
  size_ = end->good_bytes;
  records_in_file_ = 2; // If it isn't so, an empty file is rotated once.
  if (size_ != size) {
    if (auto wrong = set_aside(end->damaged); !wrong.empty())
      return wrong;
  }
  if (!is_own_chain(first->header) && !rotate())
    return one_problem(how_.file.string(), "cannot be rotated: " + system_reason());
  return {};
}

problems journal::follow_rotated() {
  const auto rotated = find_rotated(how_.file);
  if (rotated.empty())
    return {};
  const auto& name = rotated.back().name;
  const descriptor file{::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file)
    return one_problem(name.string(), "cannot be opened: " + system_reason());
  const auto first = read_beginning(file.number(), name);
  if (!first)
    return first.error();
  const auto end = read_ending(file.number(), name, first->header);
  if (!end)
    return end.error();
  if (!end->damaged.empty())
    return one_problem(name.string(), "does not end in a record, so that the chain cannot go on "
                                      "from it; `actormesh audit verify` says more");
  head_ = end->last;
  before_ = name.filename().string();
  return {};
}

problems journal::set_aside(const std::string& damaged) {
  auto name = rotated_name(how_.file, from_.now(), head_.seq);
  name.replace_extension(".damaged");
  // Before it is cut off: whatever happens now, the bytes are somewhere.
  if (auto wrong = config::create_file(name, damaged, only_owner); !wrong.empty())
    return wrong;
  if (::ftruncate(file_->number(), static_cast<off_t>(size_)) != 0)
    return one_problem(how_.file.string(),
                       "cannot be cut behind its last record: " + system_reason());
  telemetry::log::warn("the audit log ended in something that is no record; it was put aside",
                       {{"file", how_.file.string()},
                        {"bytes", damaged.size()},
                        {"kept_in", name.filename().string()}});
  std::string body;
  append_begin(body, from_.now(), node_, action::tail_damaged);
  body += ",\"bytes\":";
  append_number(body, damaged.size());
  body += ",\"kept_in\":";
  append_json(body, name.filename().string());
  note(body);
  return {};
}

config::result<journal::beginning> journal::read_beginning(int file, const fs::path& name) const {
  const auto text = read_at(file, 0, longest_line);
  if (!text)
    return one_problem(name.string(), "cannot be read: " + system_reason());
  const auto line = parse_line(std::string_view{*text}.substr(0, text->find('\n')));
  const auto header = line ? parse_header(line->body) : std::nullopt;
  if (!header)
    return one_problem(name.string(), "does not begin as an audit log does; move it away or name "
                                      "another file");
  return beginning{*header, parse_time(line->time).value_or(sys_seconds{})};
}

bool journal::is_own_chain(const file_header& header) const {
  return header.chain == hasher_.name() && header.key_id == hasher_.key_id();
}

config::result<journal::ending> journal::read_ending(int file, const fs::path& name,
                                                     const file_header& header) {
  struct stat status {};
  if (::fstat(file, &status) != 0)
    return one_problem(name.string(), "cannot be read: " + system_reason());
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto from = size - std::min<std::uint64_t>(size, tail_bytes);
  const auto tail = read_at(file, from, static_cast<std::size_t>(size - from));
  if (!tail)
    return one_problem(name.string(), "cannot be read: " + system_reason());
  // A chain of another key cannot be checked; its lines can still be told from half ones.
  hasher plain{""};
  auto* check = is_own_chain(header) ? &hasher_ : header.chain == plain.name() ? &plain : nullptr;
  std::string_view rest = *tail;
  for (auto end = rest.rfind('\n'); end != std::string_view::npos; end = rest.rfind('\n')) {
    rest = rest.substr(0, end);
    // npos + 1 is 0: the line begins where the text does.
    const auto line = parse_line(rest.substr(rest.rfind('\n') + 1));
    if (line && (check == nullptr || (*check)(line->hashed) == line->hash))
      return ending{{line->seq, line->hash}, from + end + 1, tail->substr(end + 1)};
  }
  return one_problem(name.string(),
                     "its last " + std::to_string(tail->size()) +
                         " bytes hold no record that the chain could go on from; move it away "
                         "(`actormesh audit verify` says more)");
}

// -- writing -----------------------------------------------------------------------------------

void journal::note(std::string_view body) {
  notes_ += body;
  notes_ += '\n';
}

std::string journal::header_body() const {
  std::string body;
  append_begin(body, from_.now(), node_, action::file_begins);
  body += ",\"format\":1,\"chain\":\"";
  body += hasher_.name();
  body += '"';
  if (!hasher_.key_id().empty())
    body += ",\"key\":\"" + hasher_.key_id() + '"';
  if (!before_.empty()) {
    body += ",\"after\":";
    append_json(body, before_);
  }
  return body;
}

std::optional<std::size_t> journal::write(std::string_view bodies) {
  const auto done = write_piece(bodies);
  write_failing_ = !done;
  tell_state();
  return done;
}

std::optional<std::size_t> journal::write_piece(std::string_view bodies) {
  if (bodies.empty() && notes_.empty())
    return 0;
  if (!prepare())
    return std::nullopt;
  const auto header = size_ == 0 ? header_body() + '\n' : std::string{};
  piece made{header, notes_, bodies, head_};
  if (!link(made)) {
    static_cast<void>(failed("the crypto library fails"));
    return std::nullopt;
  }
  if (!write_all(out_))
    return std::nullopt;
  if (size_ == 0)
    began_ = std::chrono::floor<seconds>(from_.now());
  const auto count = made.last.seq - head_.seq;
  head_ = made.last;
  size_ += out_.size();
  records_in_file_ += count;
  notes_.erase(0, notes_.size() - made.notes.size());
  counts_.records_written.fetch_add(count, std::memory_order_relaxed);
  counts_.bytes_written.fetch_add(out_.size(), std::memory_order_relaxed);
  dirty_ = true;
  if (how_.sync == sync_policy::always)
    sync();
  return bodies.size() - made.bodies.size();
}

/// Makes the lines of one write, and takes off the texts what it has made lines of.
bool journal::link(piece& of) {
  out_.clear();
  // A line at least, then as many as the write and the file have room for.
  const auto has_room = [&] {
    return out_.empty() || (out_.size() < piece_bytes && size_ + out_.size() < how_.rotate_bytes);
  };
  for (auto* text : {&of.header, &of.notes, &of.bodies}) {
    while (!text->empty() && (has_room() || text != &of.bodies)) {
      const auto end = text->find('\n');
      const auto next = append_line(out_, of.last, text->substr(0, end), hasher_);
      if (!next)
        return false;
      of.last = *next;
      text->remove_prefix(end + 1);
    }
  }
  return true;
}

bool journal::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = from_.write(file_->number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0) {
      torn_ = true;
      static_cast<void>(failed("cannot be written"));
      // At once, so that a reader finds whole lines; if not now, then before the next write.
      static_cast<void>(repair());
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool journal::repair() {
  if (torn_ && ::ftruncate(file_->number(), static_cast<off_t>(size_)) == 0)
    torn_ = false;
  return !torn_;
}

bool journal::prepare() {
  if (file_ == nullptr && !make_file())
    return failed("cannot be made");
  if (!repair())
    return failed("half a record cannot be cut off");
  if (!check_file())
    return false;
  if (is_due() && steady_clock::now() >= rotate_not_before_ && !rotate()) {
    // It goes on in the old file, if there is one.
    rotate_not_before_ = steady_clock::now() + from_.retry_after;
    static_cast<void>(failed("cannot be rotated"));
    return file_ != nullptr;
  }
  return true;
}

bool journal::is_due() const {
  if (records_in_file_ < 2)
    return false;
  const auto interval = std::chrono::floor<seconds>(how_.rotate_interval).count();
  const auto period = [&](auto time) {
    return std::chrono::floor<seconds>(time).time_since_epoch().count() / interval;
  };
  return size_ >= how_.rotate_bytes || (interval > 0 && period(from_.now()) > period(began_));
}

/// Looks whether the file is still there and as long as it was left.
bool journal::check_file() {
  struct stat own {};
  struct stat named {};
  if (::fstat(file_->number(), &own) != 0)
    return failed("cannot be looked at");
  const bool there = ::lstat(how_.file.c_str(), &named) == 0;
  if (!there || named.st_ino != own.st_ino || named.st_dev != own.st_dev) {
    note_change("The file was moved or deleted after record " + std::to_string(head_.seq) + ".");
    sync();
    before_.clear();
    file_.reset();
    return make_file() || failed("cannot be made anew");
  }
  if (static_cast<std::uint64_t>(own.st_size) == size_)
    return true;
  note_change("After record " + std::to_string(head_.seq) + " the file had " +
              std::to_string(size_) + " bytes, now it has " + std::to_string(own.st_size) + ".");
  return rotate() || failed("was changed, and cannot be rotated");
}

void journal::note_change(const std::string& details) {
  telemetry::log::error("somebody changed the audit log",
                        {{"file", how_.file.string()}, {"details", details}});
  std::string body;
  append_begin(body, from_.now(), node_, action::file_changed);
  body += ",\"details\":";
  append_json(body, details);
  // The same is found again at each attempt until one succeeds.
  if (notes_.find("\"file_changed\"") == std::string::npos)
    note(body);
}

/// Makes the next file. Its header is written with the first records.
bool journal::make_file() {
  auto made = std::make_unique<descriptor>(
      ::open(how_.file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
             only_owner));
  if (!*made)
    return false;
  file_ = std::move(made);
  size_ = 0;
  records_in_file_ = 0;
  torn_ = false;
  sync_folder();
  return true;
}

bool journal::rotate() {
  sync();
  const auto name = rotated_name(how_.file, from_.now(), head_.seq);
  struct stat there {};
  if (::lstat(name.c_str(), &there) == 0) {
    errno = EEXIST;
    return false;
  }
  if (::rename(how_.file.c_str(), name.c_str()) != 0)
    return false;
  before_ = name.filename().string();
  file_.reset();
  counts_.rotations.fetch_add(1, std::memory_order_relaxed);
  telemetry::log::info("the audit log was rotated",
                       {{"file", before_}, {"last_record", head_.seq}, {"head", view(head_.hash)}});
  if (!make_file())
    return false;
  remove_old();
  return true;
}

void journal::remove_old() {
  if (how_.keep_files == 0)
    return;
  const auto rotated = find_rotated(how_.file);
  for (std::size_t i = 0; i + how_.keep_files < rotated.size(); ++i) {
    std::error_code wrong;
    if (!fs::remove(rotated[i].name, wrong))
      static_cast<void>(failed("an old file cannot be removed"));
  }
}

void journal::sync_folder() {
  if (how_.sync != sync_policy::none && ::fsync(folder_->number()) != 0)
    static_cast<void>(failed("the folder cannot be synced"));
}

bool journal::sync() {
  if (!dirty_ || how_.sync == sync_policy::none || file_ == nullptr)
    return true;
  synced_ = steady_clock::now();
  sync_failing_ = from_.sync(file_->number()) != 0;
  dirty_ = sync_failing_;
  if (sync_failing_)
    static_cast<void>(failed("cannot be synced"));
  tell_state();
  return !sync_failing_;
}

std::optional<milliseconds> journal::next_sync() const {
  if (!dirty_ || how_.sync == sync_policy::none)
    return std::nullopt;
  if (!synced_)
    return milliseconds{0};
  const auto left = *synced_ + how_.sync_interval - steady_clock::now();
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(left));
}

void journal::tick() {
  if (const auto left = next_sync(); left && left->count() == 0)
    sync();
  if (file_ != nullptr && !torn_ && is_due())
    static_cast<void>(prepare());
}

// -- telling -----------------------------------------------------------------------------------

/// Counts and tells a failure; `errno` says why. Returns false.
bool journal::failed(std::string_view what) {
  const auto reason = system_reason();
  counts_.write_errors.fetch_add(1, std::memory_order_relaxed);
  ++failures_;
  const auto now = steady_clock::now();
  if (failures_ > 1 && now - last_complaint_ < complaint_interval)
    return false;
  last_complaint_ = now;
  telemetry::log::error(
      "the audit log fails",
      {{"file", how_.file.string()}, {"what", what}, {"reason", reason}, {"failures", failures_}});
  return false;
}

/// Tells when all is well again.
void journal::tell_state() {
  const bool failing = write_failing_ || sync_failing_;
  counts_.failing.store(failing, std::memory_order_relaxed);
  if (failing)
    return;
  if (failures_ > 0)
    telemetry::log::info("the audit log works again",
                         {{"file", how_.file.string()}, {"failures", failures_}});
  failures_ = 0;
}

} // namespace actormesh::audit
