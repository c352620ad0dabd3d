#include "cli/status.hpp"

#include "text/ascii.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace actormesh::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

constexpr int all_up = 0;
constexpr int not_all_up = 1;
constexpr int cannot_ask = 2;

/// A node that lives answers at once; one that does not is what somebody wants to hear of.
constexpr std::chrono::seconds time_limit{5};

/// Some hundred bytes for each peer.
constexpr std::size_t largest_page = 16 * 1024 * 1024;

constexpr const char* default_port = "80";

// -- asking ---------------------------------------------------------------------------------------

struct target {
  std::string host;
  std::string port;
};

/// Reads `http://HOST[:PORT][/]`; the scheme may be left out.
std::optional<target> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  const auto whole = (url.starts_with(scheme) ? "" : std::string{scheme}) + std::string{url};
  const auto read = boost::urls::parse_uri(whole);
  if (!read || read->has_userinfo() || read->has_query() || read->has_fragment())
    return std::nullopt;
  const auto path = read->encoded_path();
  if (!path.empty() && path != "/")
    return std::nullopt;
  // Boost 1.81 wraps numbers that are too large.
  if (read->has_port() && text::parse_number<std::uint16_t>(read->port()).value_or(0) == 0)
    return std::nullopt;
  target found{read->host_address(), read->has_port() ? std::string{read->port()} : default_port};
  return found.host.empty() ? std::nullopt : std::optional{std::move(found)};
}

/// Returns the body of `GET /mesh`; throws what went wrong.
std::string ask(const target& node) {
  using std::chrono::steady_clock;
  asio::io_context io{1};
  const auto until = steady_clock::now() + time_limit;
  // One step after the other, each with what is left of the time.
  boost::system::error_code failed;
  const auto run = [&] {
    io.restart();
    io.run_until(until);
    if (!io.stopped())
      failed = beast::error::timeout;
    if (failed)
      throw std::runtime_error{failed.message()};
  };
  const auto note = [&failed](boost::system::error_code result, const auto&...) {
    failed = result;
  };
  // On the stack before what runs on it ends: a step that is still under way is cancelled.
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> answer;
  answer.body_limit(largest_page);
  http::request<http::empty_body> request{http::verb::get, "/mesh", 11};
  request.set(http::field::host, node.host);
  request.keep_alive(false);

  boost::system::error_code no_name;
  asio::ip::tcp::resolver resolver{io};
  const auto found = resolver.resolve(node.host, node.port, no_name);
  if (no_name)
    throw std::runtime_error{no_name.message()};
  stream.async_connect(found, note);
  run();
  http::async_write(stream, request, note);
  run();
  http::async_read(stream, buffer, answer, note);
  run();
  if (answer.get().result() == http::status::not_found)
    throw std::runtime_error{"it has no mesh, or is no node"};
  if (answer.get().result() != http::status::ok)
    throw std::runtime_error{"expected status 200, got " +
                             std::to_string(answer.get().result_int())};
  return std::move(answer.get().body());
}

// -- printing -------------------------------------------------------------------------------------

std::string text(const json::value& from) { return std::string{from.as_string()}; }

std::uint64_t number(const json::value& from) { return from.to_number<std::uint64_t>(); }

/// What others have said is not for the terminal to obey.
std::string printable(std::string from) {
  std::ranges::replace_if(from, text::is_control, '?');
  return from;
}

/// `1.5 KiB`
std::string size_text(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  constexpr double step = 1024;
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit)
    value /= step;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
  return out.data();
}

/// `0.35 ms`
std::string time_text(std::uint64_t microseconds) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.2f ms", static_cast<double>(microseconds) / 1000);
  return out.data();
}

using row = std::vector<std::string>;

/// Columns as wide as what is in them. Names are taken as ASCII, which those of nodes are.
void print_table(const std::vector<row>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& each : rows)
    for (std::size_t i = 0; i < each.size(); ++i)
      widths[i] = std::max(widths[i], each[i].size());
  for (const auto& each : rows) {
    std::string line;
    for (std::size_t i = 0; i < each.size(); ++i)
      line += each[i] + std::string(widths[i] - each[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

row peer_row(const json::value& peer) {
  const auto& interest = peer.at("interest");
  const auto name = text(peer.at("name"));
  const auto up = peer.at("state").as_string() == "up";
  const auto since = text(peer.at("since"));
  const auto error = text(peer.at("last_error"));
  return {name.empty() ? "-" : printable(name),
          printable(text(peer.at("address"))),
          text(peer.at("state")),
          since.starts_with("1970-") ? "-" : since,
          up ? time_text(number(peer.at("round_trip_us"))) : "-",
          std::to_string(number(interest.at("theirs"))) + '/' +
              std::to_string(number(interest.at("ours_confirmed"))),
          size_text(number(peer.at("queued_bytes"))),
          std::to_string(number(peer.at("sent").at("events"))),
          std::to_string(number(peer.at("received").at("events"))),
          error.empty() ? "-" : printable(error)};
}

/// One line of those that are not zero.
void print_counts(const std::string& title, const json::object& counts, std::ostream& out) {
  std::string line;
  for (const auto& each : counts)
    if (const auto count = number(each.value()); count != 0)
      line += (line.empty() ? "" : ", ") + std::string{each.key()} + ' ' + std::to_string(count);
  if (!line.empty())
    out << title << line << '\n';
}

} // namespace

int print_status(std::string_view page, std::ostream& out) {
  const auto all = json::parse({page.data(), page.size()});
  const auto& node = all.at("node");
  const auto joined = node.at("joined").as_bool();
  const auto& interest = all.at("interest");
  const auto& peers = all.at("peers").as_array();
  const auto up = std::ranges::count_if(
      peers, [](const json::value& each) { return each.at("state").as_string() == "up"; });
  const auto address = text(node.at("address"));
  print_table({{"node", text(node.at("name"))},
               {"address", address.empty() ? "-" : address},
               {"version", text(node.at("version"))},
               {"mesh", text(all.at("mesh"))},
               {"joined", joined ? "yes" : "no"},
               {"peers", std::to_string(up) + " of " + std::to_string(peers.size()) + " up"},
               {"clients", std::to_string(number(all.at("clients")))},
               {"interest", std::to_string(number(interest.at("channels"))) + " channels, " +
                                std::to_string(number(interest.at("patterns"))) + " patterns"}},
              out);
  print_counts("lost      ", all.at("lost").as_object(), out);
  print_counts("refused   ", all.at("refused").as_object(), out);
  if (!peers.empty()) {
    out << '\n';
    std::vector<row> rows{{"PEER", "ADDRESS", "STATE", "SINCE", "ROUND TRIP", "THEIRS/OURS",
                           "QUEUED", "SENT", "RECEIVED", "LAST ERROR"}};
    for (const auto& each : peers)
      rows.push_back(peer_row(each));
    print_table(rows, out);
  }
  return joined && static_cast<std::size_t>(up) == peers.size() ? all_up : not_all_up;
}

CLI::App* add_status(CLI::App& app, status_options& into) {
  auto* status = app.add_subcommand(
      "status", "Ask a running node how it stands with its mesh; 0: it has joined and all peers "
                "are up, 1: not so, 2: it does not answer");
  status
      ->add_option("--url", into.url, "Where the node takes clients; default http://127.0.0.1:8080")
      ->type_name("URL");
  status->add_flag("--json", into.json, "As JSON: what GET /mesh answers");
  return status;
}

int run_status(const status_options& options, std::ostream& out, std::ostream& err) {
  const auto node = parse_url(options.url);
  if (!node) {
    err << "--url: expected http://HOST:PORT, found \"" << printable(options.url) << "\"\n";
    return cannot_ask;
  }
  try {
    const auto page = ask(*node);
    std::ostringstream table;
    const auto status = print_status(page, table);
    out << (options.json ? page : table.str()) << std::flush;
    return status;
  } catch (const std::exception& failed) {
    err << "actormesh: cannot ask " << printable(options.url) << ": " << failed.what() << '\n';
    return cannot_ask;
  }
}

} // namespace actormesh::cli
