/// The floor server: see bench/floor/floor.hpp for what it is and what it is not.
#include "bench/floor/floor.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
  using namespace actormesh::bench;
  std::string listen = "127.0.0.1:0";
  bool own_ids = false;
  CLI::App app{"The least work that delivers events: a lower bound for measurements"};
  app.add_option("--listen", listen, "address:port; port 0 picks one");
  app.add_flag("--own-ids", own_ids, "give each subscriber frames with its own subscription id");
  CLI11_PARSE(app, argc, argv);
  try {
    raise_descriptor_limit();
    floor_server server{parse_endpoint(listen), own_ids ? framing::own : framing::shared};
    std::printf("listening on http://127.0.0.1:%u\n", static_cast<unsigned>(server.port()));
    std::fflush(stdout);
    server.run();
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "floor: %s\n", problem.what());
    return 1;
  }
}
