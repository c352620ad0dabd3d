#include "net/admin/status_pages.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace actormesh::admin {

namespace {

using boost::beast::http::verb;

/// A page that is made anew for each request.
class page final : public http::endpoint {
public:
  using answer = std::function<void(http::exchange&)>;

  explicit page(answer make)
    : make_(std::move(make)) {}

  void handle(http::exchange& what, const http::target_parts&) override { make_(what); }

private:
  answer make_;
};

std::string_view text_of(readiness what) noexcept {
  switch (what) {
  case readiness::ready:
    return "ready\n";
  case readiness::joining:
    return "joining\n";
  case readiness::reading_keys:
    return "reading keys\n";
  case readiness::stopping:
    break;
  }
  return "stopping\n";
}

constexpr std::string_view uncached = "Cache-Control: no-store\r\n";

void answer_plain(http::exchange& what, unsigned status, std::string_view text) {
  what.respond({status, "text/plain; charset=utf-8", uncached, text});
}

} // namespace

void add_status_pages(std::vector<http::route>& routes, const node_status& node,
                      http::fallback& otherwise) {
  const auto add = [&routes](const char* path, page::answer make) {
    const auto made = std::make_shared<page>(std::move(make));
    for (const auto method : {verb::get, verb::head})
      routes.push_back({method, path, {}, made});
  };
  add("/healthz", [](http::exchange& what) { answer_plain(what, 200, "ok\n"); });
  add("/readyz", [&node](http::exchange& what) {
    const auto ready = node.ready();
    answer_plain(what, ready == readiness::ready ? 200 : 503, text_of(ready));
  });
  add("/metrics", [&node](http::exchange& what) {
    what.respond({200, "text/plain; version=0.0.4; charset=utf-8", {}, node.metrics()});
  });
  add("/mesh", [&node, &otherwise](http::exchange& what) {
    const auto text = node.mesh();
    if (text.empty())
      return otherwise.refuse(what, http::refusal::not_found, {});
    what.respond({200, "application/json", uncached, text});
  });
}

} // namespace actormesh::admin
