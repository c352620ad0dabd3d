/// A node that does nothing but be interested: joins a node over its mesh port, tells it of as many
/// channels as wanted, says so, and stays until it is killed. For `bench/mesh --interest`.
#include "actors/mesh/protocol.hpp"
#include "actors/mesh/transport.hpp"
#include "text/host_port.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace actormesh;
using namespace actormesh::mesh;

class lonely_node {
public:
  lonely_node(const text::host_port& where, std::size_t channels)
    : socket_(connect(where))
    , channels_(channels) {}

  [[noreturn]] void run() {
    hello first;
    first.mesh = "actormesh";
    first.name = "zz-interested"; // The greater name leaves decisions to the other.
    first.incarnation = 1;
    say(first);
    for (;;) {
      frame_view frame;
      while (reader_.next(frame) == frame_reader::status::frame)
        handle(frame);
      const auto got = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
      if (got == 0)
        throw std::runtime_error{"the node has closed the connection"};
      // Between two parts it listens, as a real node does.
      if (telling_ && next_ < channels_)
        tell_part();
      else if (got < 0)
        wait(POLLIN);
      reader_.feed(caf::make_span(buffer_).subspan(0, got > 0 ? static_cast<std::size_t>(got) : 0));
    }
  }

private:
  static socket_guard connect(const text::host_port& where) {
    const std::atomic<bool> cancelled{false};
    auto got = dial(where, std::chrono::seconds{5}, cancelled, reach::loopback);
    if (!got)
      throw std::runtime_error{got.error().message()};
    return std::move(*got);
  }

  void wait(short what) const {
    pollfd wanted{socket_.get(), what, 0};
    ::poll(&wanted, 1, -1);
  }

  template <class Body> void say(Body body) {
    caf::byte_buffer out;
    append_frame(out, std::move(body));
    for (std::size_t done = 0; done < out.size();) {
      const auto sent = ::send(socket_.get(), out.data() + done, out.size() - done, MSG_NOSIGNAL);
      if (sent < 0)
        wait(POLLOUT);
      else
        done += static_cast<std::size_t>(sent);
    }
  }

  void handle(const frame_view& frame) {
    switch (frame.type) {
    case frame_type::welcome:
      return say(confirm{});
    case frame_type::start:
      telling_ = true;
      return;
    case frame_type::ping:
      if (const auto asked = read_frame<ping>(frame.body))
        say(pong{asked->number});
      return;
    case frame_type::interest:
      if (const auto theirs = read_frame<interest>(frame.body))
        say(interest_seen{theirs->number});
      return;
    case frame_type::interest_seen:
      if (const auto seen = read_frame<interest_seen>(frame.body);
          seen && next_ == channels_ && seen->number == parts_) {
        std::puts("told");
        std::fflush(stdout);
      }
      return;
    default:
      return;
    }
  }

  void tell_part() {
    constexpr std::size_t keys_per_part = 1'000;
    interest part;
    part.number = ++parts_;
    part.flags = next_ == 0 ? interest::snapshot_begins : 0;
    for (; next_ < channels_ && part.gained.size() < keys_per_part; ++next_)
      part.gained.push_back("bench/default/other/" + std::to_string(next_));
    if (next_ == channels_)
      part.flags |= interest::snapshot_ends;
    say(std::move(part));
  }

  socket_guard socket_;
  std::size_t channels_;
  std::size_t next_ = 0; ///< The first that has not been told.
  bool telling_ = false;
  std::uint64_t parts_ = 0;
  frame_reader reader_{16 * 1024 * 1024};
  std::array<caf::byte, 64 * 1024> buffer_{};
};

} // namespace

int main(int argc, char** argv) {
  std::string mesh;
  std::size_t channels = 1'000'000;
  CLI::App app{"Makes a node believe that another one has very many subscribers"};
  app.add_option("--mesh", mesh, "address:port of the node's mesh")->required();
  app.add_option("--channels", channels, "how many")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    const auto where = text::parse_host_port(mesh);
    if (!where)
      throw std::runtime_error{"expected address:port"};
    lonely_node{*where, channels}.run();
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "interest: %s\n", problem.what());
    return 1;
  }
}
