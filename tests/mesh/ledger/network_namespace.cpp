#include "tests/mesh/ledger/network_namespace.hpp"

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace actormesh::ledger {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

process::descriptor present_namespace() {
  process::descriptor handle{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  if (handle.number() < 0)
    fail("/proc/thread-self/ns/net");
  return handle;
}

} // namespace

network_namespace::network_namespace() {
  const auto home = present_namespace();
  if (::unshare(CLONE_NEWNET) != 0)
    fail("unshare");
  handle_ = present_namespace();
  if (::setns(home.number(), CLONE_NEWNET) != 0)
    fail("setns");
  path_ = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(handle_.number());
}

network_namespace::visit::visit(const network_namespace* where) {
  if (where == nullptr)
    return;
  home_ = present_namespace();
  if (::setns(where->handle_.number(), CLONE_NEWNET) != 0)
    fail("setns");
}

network_namespace::visit::~visit() {
  // A thread that cannot go home must not go on elsewhere.
  if (home_.number() >= 0 && ::setns(home_.number(), CLONE_NEWNET) != 0)
    std::terminate();
}

} // namespace actormesh::ledger
