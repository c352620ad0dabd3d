#include "telemetry/log.hpp"

#include "text/hex.hpp"
#include "text/json.hpp"
#include "text/utf8.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace actormesh::telemetry::log {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// -- one line ----------------------------------------------------------------------------------

/// Characters that a terminal would act upon: C0, DEL, and C1 (U+0080 to U+009F).
bool is_control(std::string_view character) {
  return text::is_control(character[0]) ||
         (character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0);
}

void append_escaped(std::string& to, std::string_view text, bool quoted) {
  while (!text.empty()) {
    const auto size = text::utf8_character_size(text);
    const auto bytes = text.substr(0, std::max<std::size_t>(size, 1));
    if (bytes == "\n")
      to += "\\n";
    else if (size == 0 || is_control(bytes)) {
      for (const char c : bytes) {
        const auto digits = text::hex_of(static_cast<unsigned char>(c));
        to += {'\\', 'x', digits[0], digits[1]};
      }
    } else {
      if (quoted && (bytes == "\"" || bytes == "\\"))
        to += '\\';
      to += bytes;
    }
    text.remove_prefix(bytes.size());
  }
}

/// A value that a person or `awk` can tell from the next one.
void append_text_value(std::string& to, std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@*+[],%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) {
    to += text;
    return;
  }
  to += '"';
  append_escaped(to, text, true);
  to += '"';
}

template <class Number> void append_number(std::string& to, Number number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  to.append(text.data(), end);
}

/// JSON has no name for infinity and no number that isn't one.
bool is_finite(double number) { return number - number == 0; }

template <class Text> void append_value(std::string& to, const field& which, Text append_text) {
  std::visit(
      [&]<class Value>(const Value& value) {
        if constexpr (std::is_same_v<Value, std::string_view>)
          append_text(to, value);
        else if constexpr (std::is_same_v<Value, bool>)
          to += value ? "true" : "false";
        else if constexpr (std::is_same_v<Value, double>)
          is_finite(value) ? append_number(to, value) : append_text(to, "not finite");
        else
          append_number(to, value);
      },
      which.value);
}

/// `2026-11-21T20:00:00.123Z`
std::string format_moment(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto fraction = std::chrono::floor<milliseconds>(time - whole).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string result{text.data(), size};
  result += '.';
  result += static_cast<char>('0' + fraction / 100);
  result += static_cast<char>('0' + fraction / 10 % 10);
  result += static_cast<char>('0' + fraction % 10);
  return result += 'Z';
}

std::string text_line(log_level level, std::chrono::system_clock::time_point time,
                      std::string_view message, fields values) {
  std::string line = format_moment(time);
  line += ' ';
  line += to_string(level);
  line.append(6 - to_string(level).size(), ' ');
  append_escaped(line, message, false);
  for (const auto& each : values) {
    line += ' ';
    append_escaped(line, each.name, false);
    line += '=';
    append_value(line, each, append_text_value);
  }
  return line;
}

std::string json_line(log_level level, std::string_view node,
                      std::chrono::system_clock::time_point time, std::string_view message,
                      fields values) {
  std::string line = "{\"time\":\"" + format_moment(time) + "\",\"level\":\"";
  line += to_string(level);
  line += '"';
  if (!node.empty()) {
    line += ",\"node\":";
    text::append_json_string(line, node);
  }
  line += ",\"message\":";
  text::append_json_string(line, message);
  for (const auto& each : values) {
    line += ',';
    text::append_json_string(line, each.name);
    line += ':';
    append_value(line, each, text::append_json_string);
  }
  return line += '}';
}

// -- the writer --------------------------------------------------------------------------------

/// Writes to a descriptor that may be a pipe which nobody reads. Only the writer thread is here;
/// `finish_by` is set when the process wants to end.
class descriptor_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
  explicit descriptor_sink(int descriptor)
    : descriptor_{descriptor} {}

  /// Any thread: from now on there is only so much time left.
  void finish_within(milliseconds time) {
    finish_by_.store((steady_clock::now() + time).time_since_epoch().count());
  }

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    // One write for a line as long as a pipe takes it in one piece (POSIX: 512 bytes at least).
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    std::string_view rest = line_;
    while (!rest.empty() && wait_until_writable()) {
      const auto count = ::write(descriptor_, rest.data(), std::min(rest.size(), piece));
      if (count > 0)
        rest.remove_prefix(static_cast<std::size_t>(count));
      else if (count == 0 || (errno != EINTR && errno != EAGAIN))
        return;
    }
  }

  void flush_() override {}

private:
  /// poll calls a pipe writable when it takes this much without blocking (PIPE_BUF).
  static constexpr std::size_t piece = 4'096;
  /// How soon a blocked writer sees that the process ends.
  static constexpr int look_again_ms = 50;

  bool wait_until_writable() {
    for (;;) {
      const auto finish_by = finish_by_.load();
      const bool too_late =
          finish_by != 0 && steady_clock::now().time_since_epoch().count() > finish_by;
      pollfd state{descriptor_, POLLOUT, 0};
      const int ready = ::poll(&state, 1, too_late ? 0 : look_again_ms);
      if (ready > 0)
        // An error is a reader that is gone: writing would raise SIGPIPE.
        return state.revents == POLLOUT;
      if (too_late || (ready < 0 && errno != EINTR))
        return false;
    }
  }

  int descriptor_;
  std::string line_;
  std::atomic<steady_clock::rep> finish_by_{0};
};

/// What `start` makes and `stop` takes down.
struct writer {
  explicit writer(const options& how)
    : node{how.node}
    , sink{std::make_shared<descriptor_sink>(how.descriptor)}
    , pool{std::make_shared<spdlog::details::thread_pool>(std::max<std::size_t>(how.queue_lines, 1),
                                                          1)}
    , logger{std::make_shared<spdlog::async_logger>(
          "actormesh", sink, pool, spdlog::async_overflow_policy::overrun_oldest)} {
    logger->set_level(spdlog::level::trace);
    // The default handler prints to stderr, which is what failed.
    logger->set_error_handler([](const std::string&) {});
  }

  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// The pool's destructor waits until the queue is empty.
  ~writer() {
    sink->finish_within(config::defaults::log_flush_timeout);
    logger.reset();
    pool.reset();
  }

  std::string node;
  std::shared_ptr<descriptor_sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

/// Guards the pointer, not the writing: a line is formatted and queued outside of it.
std::mutex writer_mutex;
std::shared_ptr<writer> current_writer;
std::uint64_t lost_before = 0;
std::atomic<log_format> current_format{log_format::text};

std::shared_ptr<writer> exchange_writer(std::shared_ptr<writer> next) {
  const std::lock_guard guard{writer_mutex};
  auto previous = std::exchange(current_writer, std::move(next));
  if (previous != nullptr)
    lost_before += previous->pool->overrun_counter();
  return previous;
}

std::shared_ptr<writer> the_writer() {
  const std::lock_guard guard{writer_mutex};
  return current_writer;
}

} // namespace

std::string format_line(log_format format, log_level level, std::string_view node,
                        std::chrono::system_clock::time_point time, std::string_view message,
                        fields values) {
  return format == log_format::json ? json_line(level, node, time, message, values)
                                    : text_line(level, time, message, values);
}

void start(const options& how) {
  current_format = how.format;
  exchange_writer(std::make_shared<writer>(how));
  set_level(how.level);
}

void stop() {
  set_level(log_level::off);
  exchange_writer(nullptr);
}

void set_level(log_level level) noexcept { detail::threshold = level; }

void set_format(log_format format) noexcept { current_format = format; }

std::uint64_t lost_lines() noexcept {
  const std::lock_guard guard{writer_mutex};
  return lost_before + (current_writer == nullptr ? 0 : current_writer->pool->overrun_counter());
}

void detail::write(log_level level, std::string_view message, fields values) {
  const auto to = the_writer();
  if (to == nullptr)
    return;
  const auto line = format_line(current_format, level, to->node, std::chrono::system_clock::now(),
                                message, values);
  to->logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

} // namespace actormesh::telemetry::log
