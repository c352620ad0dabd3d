#include "net/appsync/publish_endpoint.hpp"

#include "net/appsync/addresses.hpp"
#include "net/appsync/http_edge.hpp"
#include "service/call.hpp"
#include "service/notes.hpp"

#include <boost/beast/http/field.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::appsync {

namespace {

using boost::beast::http::field;

/// What the connection remembers of the key that it used last.
access::key_slot* memo_of(http::exchange& what) {
  auto& kept = what.kept();
  if (kept == nullptr)
    kept = std::make_shared<access::key_slot>();
  return static_cast<access::key_slot*>(kept.get());
}

/// A request that waits: its answer comes later, and it stays in memory until then.
class deferral {
public:
  explicit deferral(http::exchange& what)
    : exchange_(what) {}

  void wait(net::event_loop& loop, service::tenant_ptr to, const service::later& ask,
            std::function<void(const auth::answer&)> then) {
    // The connection is let go on its loop, whichever thread drops the rest last.
    auto kept = std::make_shared<std::shared_ptr<http::exchange>>(exchange_.defer());
    ask([&loop, to = std::move(to), kept = std::move(kept),
         then = std::move(then)](auth::answer got) {
      loop.post([to, kept, then, got = std::move(got)] {
        then(got);
        *kept = nullptr;
      });
    });
  }

private:
  http::exchange& exchange_;
};

} // namespace

auth::credentials credentials_of(const http::request& what) {
  auth::credentials shown;
  if (const auto key = what["x-api-key"]; !key.empty())
    shown.api_key = std::string{key};
  if (const auto text = what[field::authorization]; !text.empty())
    shown.authorization = std::string{text};
  if (!shown.authorization)
    return shown;
  for (const auto& each : what.headers) {
    if (each.name == field::host)
      shown.host = std::string{each.value};
    else if (each.name != field::authorization)
      shown.others.emplace_back(each.name_text, each.value);
  }
  return shown;
}

void publish_endpoint::handle(http::exchange& what, const http::target_parts& target) {
  const auto& request = what.what();
  auto scope = edge_.begin(what, to_.get());
  if (!to_->allows_origin(request[field::origin])) {
    service::count_refused_publish(edge_.loop().counters(), failure::origin_not_allowed);
    return scope.refuse(what, failure::origin_not_allowed, edge_.scratch());
  }
  const auto& limits = to_->settings().limits;
  auto parsed = edge_.parser().parse_http_publish(
      request.body, {.events_per_publish = limits.events_per_publish});
  parsed.authorization = credentials_of(request);
  const service::signed_target over{{.method = std::string_view{"POST"},
                                     .path = target.path,
                                     .query = target.query,
                                     .payload = auth::signed_payload::of_body(request.body)}};
  const auto id = std::string_view{scope.id()};
  const service::call_site site{edge_.loop(), to_, {scope.client(), {}, id, memo_of(what)}};
  deferral turn{what};
  service::publish(
      site, turn, service::publish_request{std::move(parsed), what.received()}, over,
      [&edge = edge_, &what, to = to_, scope](const service::publish_outcome& outcome) {
        const auto details = details_of(*to, outcome.detail);
        auto& scratch = edge.scratch();
        if (outcome.problem != failure::none)
          return scope.refuse(what, outcome.problem, scratch, {.details = details});
        scratch.body.clear();
        append_publish_result(scratch.body, outcome.entries, details);
        scope.answer(what, scratch);
      });
}

void preflight_endpoint::handle(http::exchange& what, const http::target_parts&) {
  const auto scope = edge_.begin(what, to_.get());
  if (!to_->allows_origin(what.what()[field::origin]))
    return scope.refuse(what, failure::origin_not_allowed, edge_.scratch());
  std::string headers{"Access-Control-Allow-Methods: POST, OPTIONS\r\n"
                      "Access-Control-Max-Age: 86400\r\n"};
  if (const auto asked = what.what()["access-control-request-headers"]; !asked.empty())
    headers.append("Access-Control-Allow-Headers: ").append(asked).append("\r\n");
  scope.answer_empty(what, headers, edge_.scratch());
}

} // namespace actormesh::appsync
