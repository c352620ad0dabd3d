#include "net/fetch/client.hpp"

#include "net/fetch/connection.hpp"
#include "net/fetch/trust.hpp"
#include "net/fetch/url.hpp"
#include "text/ascii.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <list>
#include <map>
#include <optional>
#include <thread>

namespace actormesh::fetch {

namespace {

using boost::system::error_code;

/// Names and values of all headers of a request.
constexpr std::size_t max_header_bytes = 16 * 1024;

/// What the connection says itself, or what would change how the message is read.
constexpr std::array<std::string_view, 8> reserved_headers{
    "Connection", "Content-Length",    "Expect",  "Host",
    "TE",         "Transfer-Encoding", "Upgrade", "User-Agent"};

/// RFC 9110 section 5.6.2.
bool is_token_character(char c) noexcept {
  constexpr std::string_view punctuation = "!#$%&'*+-.^_`|~";
  return text::is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
}

/// RFC 9110 section 5.5.
bool is_value_character(char c) noexcept {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

bool can_be_sent(const std::string& name, const std::string& value) {
  const auto reserved = std::ranges::any_of(
      reserved_headers, [&](std::string_view each) { return text::iequals(each, name); });
  return !reserved && !name.empty() && std::ranges::all_of(name, is_token_character) &&
         std::ranges::all_of(value, is_value_character);
}

bool can_be_sent(const header_list& headers) {
  std::size_t size = 0;
  for (const auto& [name, value] : headers) {
    size += name.size() + value.size();
    if (size > max_header_bytes || !can_be_sent(name, value))
      return false;
  }
  return true;
}

response failure(error what, std::string text) {
  response made;
  made.problem = what;
  made.error_text = std::move(text);
  return made;
}

/// What may share connections.
struct origin_key {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::filesystem::path ca_file;

  friend auto operator<=>(const origin_key&, const origin_key&) = default;
};

using connection_ptr = std::shared_ptr<connection>;

/// One call of `fetch`.
struct job {
  request what;
  url where;
  std::function<void(response)> done;
  boost::asio::steady_timer timer;
  connection_ptr at = nullptr; ///< Null while it waits.
};
using job_ptr = std::shared_ptr<job>;

/// One server. It is there as long as it has jobs or connections.
struct origin {
  origin_key key;
  std::size_t max_connections = 1;
  std::list<job_ptr> waiting;
  std::list<job_ptr> running;
  std::list<connection_ptr> idle; ///< The one that was used last comes last.
};

} // namespace

/// Everything runs on its thread, but for `fetch`.
class client::engine {
public:
  explicit engine(client_options how)
    : how_(std::move(how))
    , thread_([this] { io_.run(); }) {}

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Ends what is under way, and the thread. Requests are answered until it returns.
  void end() {
    boost::asio::post(io_, [this] { stop(); });
    guard_.reset();
    thread_.join();
  }

  void fetch(request what, std::function<void(response)> done) {
    boost::asio::post(io_, [this, what = std::move(what), done = std::move(done)]() mutable {
      start(std::move(what), std::move(done));
    });
  }

private:
  void start(request what, std::function<void(response)> done) {
    if (stopping_)
      return done(failure(error::shutdown, "the client ends"));
    auto where = parse_url(what.url);
    if (!where)
      return done(failure(error::bad_url, "expected an http or https URL"));
    if (!can_be_sent(what.headers))
      return done(failure(error::bad_request, "a header cannot be sent"));
    if (what.ca_file.empty() && where->tls)
      what.ca_file = how_.ca_file;
    auto& at = find_origin(what, *where);
    if (at.waiting.size() >= how_.max_waiting && !has_room(at))
      return done(failure(error::busy, "too many requests wait for this server"));
    auto made = std::make_shared<job>(
        job{std::move(what), *std::move(where), std::move(done), boost::asio::steady_timer{io_}});
    made->timer.expires_after(made->what.timeout);
    made->timer.async_wait([this, &at, made](error_code cancelled) {
      if (!cancelled && made->done)
        time_out(at, made);
    });
    at.waiting.push_back(std::move(made));
    go_on(at);
  }

  origin& find_origin(const request& what, const url& where) {
    const origin_key key{where.tls, where.host, where.port, what.ca_file};
    auto& found = origins_[key];
    if (found == nullptr)
      found = std::make_unique<origin>(origin{key, 1, {}, {}, {}});
    found->max_connections = std::max<std::size_t>(what.max_connections, 1);
    return *found;
  }

  static bool has_room(const origin& at) { return at.running.size() < at.max_connections; }

  /// Gives connections to those that wait. Forgets the origin if nothing is left of it.
  void go_on(origin& at) {
    while (!at.waiting.empty() && has_room(at)) {
      auto next = at.waiting.front();
      at.waiting.pop_front();
      at.running.push_back(next);
      if (at.idle.empty())
        run_fresh(at, next);
      else
        run(at, next, take_idle(at));
    }
    if (at.waiting.empty() && at.running.empty() && at.idle.empty())
      origins_.erase(origin_key{at.key});
  }

  static connection_ptr take_idle(origin& at) {
    auto taken = std::move(at.idle.back());
    at.idle.pop_back();
    return taken;
  }

  void run_fresh(origin& at, const job_ptr& what) {
    trust_ptr trust;
    if (at.key.tls) {
      auto found = trust_.find(at.key.ca_file);
      if (!found) {
        // Later: whoever called goes on with the origin.
        return boost::asio::post(io_, [this, &at, what, text = found.error()] {
          if (what->done)
            finish(at, what, failure(error::tls, text));
        });
      }
      trust = *std::move(found);
    }
    run(at, what,
        std::make_shared<connection>(io_, what->where, std::move(trust), how_.connect_timeout));
  }

  void run(origin& at, const job_ptr& what, connection_ptr by) {
    what->at = std::move(by);
    what->at->ask(what->what, what->where.target, [this, &at, what](connection::outcome done) {
      answered(at, what, std::move(done));
    });
  }

  void answered(origin& at, const job_ptr& what, connection::outcome done) {
    const auto by = std::exchange(what->at, nullptr);
    if (!done.reusable) {
      by->close();
      if (may_repeat(*what, *by, done))
        return run_fresh(at, what);
    } else {
      at.idle.push_back(by);
      by->watch(how_.idle_timeout, [this, &at, by] {
        by->close();
        at.idle.remove(by);
        go_on(at);
      });
    }
    finish(at, what, std::move(done.answer));
  }

  /// A server may end a connection that was kept just when the next request is under way.
  static bool may_repeat(const job& what, const connection& by, const connection::outcome& done) {
    const auto harmless = what.what.how == method::get || what.what.repeatable || !done.sent;
    return done.answer.problem == error::connect && !by.is_fresh() && !done.answered && harmless;
  }

  void time_out(origin& at, const job_ptr& what) {
    if (what->at != nullptr)
      std::exchange(what->at, nullptr)->close();
    at.waiting.remove(what);
    finish(at, what, failure(error::timeout, "not done within the time-out"));
  }

  void finish(origin& at, const job_ptr& what, response answer) {
    what->timer.cancel();
    at.running.remove(what);
    const auto done = std::exchange(what->done, nullptr);
    go_on(at);
    done(std::move(answer));
  }

  void stop() {
    stopping_ = true;
    for (const auto& [key, each] : std::exchange(origins_, {})) {
      for (const auto& connection : each->idle)
        connection->close();
      for (const auto& jobs : {std::cref(each->running), std::cref(each->waiting)}) {
        for (const auto& what : jobs.get()) {
          what->timer.cancel();
          if (what->at != nullptr)
            what->at->close();
          std::exchange(what->done, nullptr)(failure(error::shutdown, "the client ends"));
        }
      }
    }
  }

  const client_options how_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      io_.get_executor()};
  trust_store trust_;
  std::map<origin_key, std::unique_ptr<origin>> origins_;
  bool stopping_ = false;
  std::thread thread_;
};

std::string_view to_string(error value) noexcept {
  switch (value) {
  case error::none:
    return "none";
  case error::bad_url:
    return "bad_url";
  case error::bad_request:
    return "bad_request";
  case error::timeout:
    return "timeout";
  case error::connect:
    return "connect";
  case error::tls:
    return "tls";
  case error::protocol:
    return "protocol";
  case error::too_large:
    return "too_large";
  case error::busy:
    return "busy";
  case error::shutdown:
    return "shutdown";
  }
  return "none";
}

std::string_view response::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& each) { return text::iequals(each.first, name); });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

client::client(client_options how)
  : engine_(std::make_unique<engine>(std::move(how))) {}

client::~client() { engine_->end(); }

void client::fetch(request what, std::function<void(response)> done) {
  engine_->fetch(std::move(what), std::move(done));
}

} // namespace actormesh::fetch
