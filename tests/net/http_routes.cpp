#include "net/http/routes.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace actormesh::http;
using boost::beast::http::verb;

namespace {

class named final : public endpoint {
public:
  explicit named(std::string name)
    : name_(std::move(name)) {}

  void handle(exchange&, const target_parts&) override {}
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
  std::string name_;
};

route to(const char* name, verb method, const char* path, std::vector<std::string> hosts = {}) {
  return {method, path, std::move(hosts), std::make_shared<named>(name)};
}

const route_table& table() {
  static const route_table made{{
      to("publish", verb::post, "/event"),
      to("preflight", verb::options, "/event"),
      to("second", verb::post, "/event"),
      to("of a", verb::post, "/event", {"a.example", "A2.example"}),
      to("of b", verb::get, "/event", {"b.example"}),
      to("of c alone", verb::get, "/only", {"c.example"}),
  }};
  return made;
}

/// The endpoint's name; or what is allowed there, in brackets.
std::string find(verb method, std::string_view path, std::string_view host = {}) {
  const auto found = table().find(method, path, host);
  if (found.to == nullptr)
    return '[' + found.allow + ']';
  return static_cast<const named&>(*found.to).name();
}

} // namespace

TEST_CASE("a request goes to who answers its method at its path") {
  CHECK(find(verb::post, "/event") == "publish"); // The first of two.
  CHECK(find(verb::options, "/event") == "preflight");
  CHECK(find(verb::get, "/event") == "[POST, OPTIONS]");
  CHECK(find(verb::get, "/event/") == "[]");
  CHECK(find(verb::get, "/") == "[]");
}

TEST_CASE("who names the host is preferred to who takes any") {
  CHECK(find(verb::post, "/event", "a.example") == "of a");
  CHECK(find(verb::post, "/event", "A.EXAMPLE:8080") == "of a");
  CHECK(find(verb::post, "/event", "a2.example") == "of a");
  CHECK(find(verb::post, "/event", "z.example") == "publish");
  // Whoever names it says what is allowed there.
  CHECK(find(verb::post, "/event", "b.example") == "[GET]");
}

TEST_CASE("where every route names a host, others find nobody") {
  CHECK(find(verb::get, "/only", "c.example") == "of c alone");
  CHECK(find(verb::get, "/only", "z.example") == "[]");
  CHECK(find(verb::get, "/only") == "[]");
}
