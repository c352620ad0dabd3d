/// The load generator: measures one server process and prints `name=value` lines.
#include "bench/loadgen/options.hpp"
#include "bench/loadgen/report.hpp"
#include "bench/loadgen/scenarios.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include <sys/prctl.h>

namespace {

using namespace actormesh::bench;

const std::map<std::string, dialect> dialects{{"appsync", dialect::appsync},
                                              {"appsync-http", dialect::appsync_http},
                                              {"nats", dialect::nats},
                                              {"nats-websocket", dialect::nats_websocket}};

/// Everything that the command line can set.
struct command_line {
  std::string server;
  std::string publish_server;
  target_options target;
  stream_options stream;
  publish_options publish;
  connect_options connect;
  idle_options idle;
};

void add_target(CLI::App& app, command_line& line) {
  app.add_option("--server", line.server, "address:port")->required();
  app.add_option("--pid", line.target.pid, "process id of the server")->required();
  auto* elsewhere = app.add_option("--publish-server", line.publish_server,
                                   "address:port of another node, for a stream's publishes");
  app.add_option("--publish-pid", line.target.publish_pid, "its process id")->needs(elsewhere);
  app.add_option("--protocol", line.target.speaks, "what the server speaks")
      ->transform(CLI::CheckedTransformer(dialects));
  app.add_option("--path-prefix", line.target.path_prefix, "of the Event API");
  app.add_option("--api-key", line.target.api_key);
  app.add_option("--channel", line.target.channel, "or the parent of many");
  app.add_option("--payload", line.target.payload, "bytes of an event")
      ->check(CLI::Range(34, 240 * 1024));
  app.add_flag_callback(
      "--sleep", [&line] { line.target.idle = waiting::sleep; },
      "while nothing arrives, where the generator has no core to itself");
  app.add_option("--at-once", line.target.at_once, "connections opening at a time")
      ->check(CLI::PositiveNumber);
}

void add_stream(CLI::App& app, stream_options& stream) {
  app.add_option("--connections", stream.connections, "subscribers")->check(CLI::PositiveNumber);
  app.add_option("--window", stream.window, "publishes in flight")->check(CLI::PositiveNumber);
  app.add_option("--rate", stream.rate, "publishes per second, instead of the window");
  app.add_option("--warmup", stream.warmup, "seconds");
  app.add_option("--duration", stream.duration, "seconds");
}

void add_scenarios(CLI::App& app, command_line& line) {
  add_stream(*app.add_subcommand("fanout", "one channel, many subscribers"), line.stream);
  add_stream(*app.add_subcommand("channels", "a channel for each subscriber"), line.stream);

  auto& publish = *app.add_subcommand("publish", "a channel without subscribers");
  publish.add_option("--connections", line.publish.connections, "publishers");
  publish.add_option("--depth", line.publish.depth, "requests in flight on each")
      ->check(CLI::PositiveNumber);
  publish.add_option("--warmup", line.publish.warmup, "seconds");
  publish.add_option("--duration", line.publish.duration, "seconds");

  auto& connect = *app.add_subcommand("connect", "connections that open and subscribe");
  connect.add_option("--connections", line.connect.connections, "in a round");
  connect.add_option("--rounds", line.connect.rounds, "how many");

  auto& idle = *app.add_subcommand("idle", "memory of connections that wait");
  idle.add_option("--connections", line.idle.connections, "how many");
  idle.add_option("--channels", line.idle.channels, "that they share")->check(CLI::PositiveNumber);
  idle.add_option("--hold", line.idle.hold, "seconds");
}

report run(const CLI::App& app, command_line& line) {
  if (app.got_subcommand("publish"))
    return run_publish(line.target, line.publish);
  if (app.got_subcommand("connect"))
    return run_connect(line.target, line.connect);
  if (app.got_subcommand("idle"))
    return run_idle(line.target, line.idle);
  line.stream.channels = app.got_subcommand("channels") ? line.stream.connections : 1;
  return run_stream(line.target, line.stream);
}

} // namespace

int main(int argc, char** argv) {
  command_line line;
  CLI::App app{"Measures a server of events"};
  app.require_subcommand(1);
  app.fallthrough();
  app.option_defaults()->always_capture_default();
  add_target(app, line);
  add_scenarios(app, line);
  CLI11_PARSE(app, argc, argv);
  try {
    line.target.server = parse_endpoint(line.server);
    if (!line.publish_server.empty())
      line.target.publish_server = parse_endpoint(line.publish_server);
    raise_descriptor_limit();
    prctl(PR_SET_TIMERSLACK, 1UL); // a publish at a rate leaves when it is due
    std::fputs(run(app, line).text().c_str(), stdout);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "loadgen: %s\n", problem.what());
    return 1;
  }
}
