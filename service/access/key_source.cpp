#include "service/access/key_source.hpp"

#include "auth/strict_json.hpp"
#include "config/file_io.hpp"
#include "config/keys/secret_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace actormesh::access {

namespace {

namespace json = boost::json;
using config::one_problem;
using config::problems;
using config::result;
using config::secret;

constexpr std::size_t shortest_key = 16;
constexpr std::size_t longest_key = 256;

/// A source that failed is read again sooner.
constexpr std::chrono::seconds retry_after{5};

constexpr std::chrono::sys_seconds no_end = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};

std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

bool is_key(std::string_view text) {
  return text.size() >= shortest_key && text.size() <= longest_key &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// Adds a JSON string, or those of an array.
bool add_texts(const json::value& from, std::vector<secret>& to) {
  if (const auto* const text = from.if_string()) {
    to.emplace_back(std::string{text->data(), text->size()});
    return true;
  }
  const auto* const list = from.if_array();
  return list != nullptr && std::ranges::all_of(*list, [&](const auto& each) {
           return each.is_string() && add_texts(each, to);
         });
}

using time_point = std::chrono::steady_clock::time_point;

/// How long a program's end may go unnoticed, in milliseconds.
constexpr int look_again = 20;

/// Starts a program in a process group of its own, with nothing to read. Returns an error number.
int start_program(const std::vector<std::string>& command, int output, pid_t& program) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // The node blocks and ignores signals that the program may want.
  sigset_t set;
  ::sigemptyset(&set);
  ::posix_spawnattr_setsigmask(&attributes, &set);
  ::sigaddset(&set, SIGPIPE);
  ::sigaddset(&set, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&attributes, &set);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
  std::vector<char*> arguments;
  for (const auto& each : command)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const auto failed =
      ::posix_spawnp(&program, arguments.front(), &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

/// Ends a program, and what it has started, by force.
void end_program(pid_t program) {
  ::kill(-program, SIGKILL);
  while (::waitpid(program, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// Waits for the end of a program that has closed its output, which is not the same. Returns its
/// status; nothing if it goes on.
std::optional<int> wait_for_end(pid_t program, time_point until, const std::atomic<bool>& stop) {
  for (;;) {
    int status = 0;
    if (::waitpid(program, &status, WNOHANG) == program)
      return status;
    if (stop || std::chrono::steady_clock::now() >= until)
      return std::nullopt;
    ::poll(nullptr, 0, look_again);
  }
}

} // namespace

result<std::vector<secret>> parse_keys(const secret& text, std::string_view member,
                                       const std::string& source) {
  std::vector<secret> keys;
  const auto first = text.view().find_first_not_of(" \t\r\n");
  const auto begin = first == std::string_view::npos ? '\0' : text.view()[first];
  if (begin == '{' || begin == '[') {
    json::error_code failed;
    const auto value = json::parse({text.view().data(), text.view().size()}, failed);
    const auto* from = failed ? nullptr : &value;
    if (from != nullptr && from->is_object())
      from = from->get_object().if_contains(member);
    if (from == nullptr || !add_texts(*from, keys))
      return one_problem(source, "expected a key, or a list of keys, in \"" + std::string{member} +
                                     "\" of a JSON object");
  } else {
    keys = config::secret_lines(text);
  }
  if (keys.empty())
    return one_problem(source, "expected a key, found nothing");
  if (!std::ranges::all_of(keys, [](const auto& each) { return is_key(each.view()); }))
    return one_problem(source, "expected keys of 16 to 256 characters without blanks");
  return keys;
}

result<secret> parse_secret_value(std::string_view body, const std::string& source) {
  const auto document = auth::parse_strict_object(body);
  const auto* const found = document ? document->if_contains("SecretString") : nullptr;
  const auto* const text = found == nullptr ? nullptr : found->if_string();
  if (text == nullptr)
    return one_problem(source, "expected the answer of GetSecretValue, with a SecretString");
  return secret{std::string{text->data(), text->size()}};
}

result<secret> run_command(const std::vector<std::string>& command,
                           std::chrono::milliseconds timeout, const std::atomic<bool>& stop) {
  const auto& name = command.front();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return one_problem(name, "cannot be run: " + config::system_reason());
  const config::descriptor output{ends[0]};
  pid_t program = 0;
  {
    const config::descriptor input{ends[1]};
    if (const auto failed = start_program(command, input.number(), program); failed != 0) {
      errno = failed;
      return one_problem(name, "cannot be run: " + config::system_reason());
    }
  }
  std::string text(config::defaults::secret_bytes + 1, '\0');
  std::size_t size = 0;
  const auto until = std::chrono::steady_clock::now() + timeout;
  auto closed = false;
  while (!closed && !stop && size < text.size() && std::chrono::steady_clock::now() < until) {
    pollfd wait{output.number(), POLLIN, 0};
    if (::poll(&wait, 1, look_again) <= 0)
      continue;
    const auto got = ::read(output.number(), text.data() + size, text.size() - size);
    if (got > 0)
      size += static_cast<std::size_t>(got);
    else
      closed = got == 0 || errno != EINTR;
  }
  const auto status = closed ? wait_for_end(program, until, stop) : std::nullopt;
  secret printed{text.substr(0, size)};
  config::wipe(text);
  if (!status) {
    end_program(program);
    return one_problem(name, size > config::defaults::secret_bytes
                                 ? "printed more than a secret"
                                 : "took longer than keys_source.timeout");
  }
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0)
    return one_problem(name, "failed");
  return printed;
}

key_source::key_source(std::string api, config::keys_source_settings settings, fetch::client& web)
  : api_(std::move(api))
  , settings_(std::move(settings))
  , web_(web)
  , salt_(config::make_salt())
  , ring_(std::make_shared<const config::key_ring>()) {}

key_source::~key_source() {
  stop_ = true;
  if (command_.joinable())
    command_.join();
}

void key_source::read_now() {
  // Asking somebody over a network is nothing that a start waits for.
  start();
  if (command_.joinable())
    command_.join();
  static_cast<void>(poll());
}

bool key_source::poll() {
  auto changed = false;
  if (const auto ended = reading_) {
    const std::lock_guard guard{ended->mutex};
    if (!ended->done)
      return false;
    changed = take(*ended);
    has_asked_ = true;
    reading_ = nullptr;
    if (command_.joinable())
      command_.join();
  }
  if (is_stale())
    start();
  // Keys run out by themselves.
  const auto now = wall_clock();
  const auto before = records_.size();
  std::erase_if(records_, [&](const auto& each) { return each.expires <= now; });
  if (changed || records_.size() != before)
    ring_ = std::make_shared<const config::key_ring>(salt_, records_);
  return changed || records_.size() != before;
}

config::problems key_source::take_problems() { return std::exchange(problems_, {}); }

bool key_source::is_stale() const {
  if (reading_ != nullptr)
    return false;
  if (!started_)
    return true;
  const auto passed = steady::now() - *started_;
  if (passed >= settings_.interval)
    return true;
  if (!settings_.file.empty())
    return !(config::stamp_of(settings_.file) == stamp_);
  return records_.empty() && passed >= retry_after;
}

void key_source::start() {
  started_ = steady::now();
  reading_ = std::make_shared<reading>();
  if (!settings_.file.empty()) {
    stamp_ = config::stamp_of(settings_.file);
    read_file(*reading_);
  } else if (!settings_.command.empty()) {
    command_ = std::thread{[this, into = reading_] {
      const auto printed = run_command(settings_.command, settings_.timeout, stop_);
      auto keys = printed ? parse_keys(*printed, settings_.member, settings_.command.front())
                          : result<std::vector<secret>>{printed.error()};
      const std::lock_guard guard{into->mutex};
      into->done = true;
      if (keys)
        into->keys = std::move(*keys);
      else
        into->problems = keys.error();
    }};
  } else {
    ask(reading_, "AWSCURRENT");
    ask(reading_, "AWSPREVIOUS");
  }
}

void key_source::read_file(reading& into) const {
  const auto text = config::read_secret_file(settings_.file);
  auto keys = text ? parse_keys(*text, settings_.member, settings_.file)
                   : result<std::vector<secret>>{text.error()};
  into.done = true;
  if (keys)
    into.keys = std::move(*keys);
  else
    into.problems = keys.error();
}

/// Asks for one stage.
void key_source::ask(const std::shared_ptr<reading>& into, const char* stage) {
  fetch::request asked;
  asked.how = fetch::method::post;
  asked.url = settings_.url;
  asked.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", "secretsmanager.GetSecretValue"}};
  asked.body =
      json::serialize(json::object{{"SecretId", settings_.secret_id}, {"VersionStage", stage}});
  asked.timeout = settings_.timeout;
  asked.max_response_bytes = config::defaults::secret_bytes;
  asked.ca_file = settings_.ca;
  asked.repeatable = true;
  const auto is_first = std::string_view{stage} == "AWSCURRENT";
  web_.fetch(std::move(asked), [into, is_first, source = settings_.url,
                                member = settings_.member](fetch::response got) {
    problems found;
    std::vector<secret> keys;
    if (got.problem != fetch::error::none)
      found = one_problem(source, got.error_text);
    else if (got.status != 200)
      found = one_problem(source, "answered " + std::to_string(got.status));
    else if (const auto text = parse_secret_value(got.body, source); !text)
      found = text.error();
    else if (auto parsed = parse_keys(*text, member, source); !parsed)
      found = parsed.error();
    else
      keys = std::move(*parsed);
    config::wipe(got.body);
    const std::lock_guard guard{into->mutex};
    std::ranges::move(keys, std::back_inserter(into->keys));
    if (is_first)
      into->problems = std::move(found); // That there was none before is no problem.
    into->done = ++into->stages == 2;
  });
}

bool key_source::take(reading& what) {
  if (!what.problems.empty()) {
    std::ranges::move(what.problems, std::back_inserter(problems_));
    return false;
  }
  const auto now = wall_clock();
  const auto before = records_;
  std::vector<std::string> named;
  for (const auto& each : what.keys)
    named.push_back(config::hash_api_key(salt_, each.view()));
  for (auto& each : records_)
    if (each.expires == no_end && std::ranges::find(named, each.hash) == named.end())
      each.expires = now + std::chrono::ceil<std::chrono::seconds>(settings_.overlap);
  for (const auto& hash : named) {
    const auto known = std::ranges::find(records_, hash, &config::api_key_record::hash);
    if (known != records_.end())
      known->expires = no_end;
    else
      records_.push_back(
          {"source-" + hash.substr(0, 8), hash, "from keys_source of " + api_, now, no_end});
  }
  what.keys.clear();
  return records_ != before;
}

} // namespace actormesh::access
