#include "node/router.hpp"

#include "net/appsync/endpoints.hpp"
#include "net/appsync/format.hpp"
#include "net/http/date.hpp"
#include "net/http/target.hpp"
#include "net/websocket/handshake.hpp"
#include "service/notes.hpp"
#include "telemetry/log.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace actormesh::net {

namespace {

namespace log = telemetry::log;
using appsync::endpoint;
using boost::beast::http::field;
using boost::beast::http::verb;
using service::failure;

constexpr std::string_view subprotocol = "aws-appsync-event-ws";
constexpr std::string_view header_subprotocol = "header-";

/// What a client has to ask for (RFC 9110 section 15.5.22, RFC 6455 section 4.4).
constexpr std::string_view upgrade_headers =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";

/// The credentials among the headers of a request. All the others belong to them if there is an
/// `Authorization`: they may be signed, and web hooks are told.
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

/// A list-valued header that may have come in several lines.
std::vector<std::string_view> all_tokens(const http::request& what, field name) {
  std::vector<std::string_view> tokens;
  for (const auto& line : what.headers)
    if (line.name == name)
      std::ranges::copy(websocket::split_list(line.value), std::back_inserter(tokens));
  return tokens;
}

failure failure_of(http::refusal why) noexcept {
  switch (why) {
  case http::refusal::header_too_large:
    return failure::header_too_large;
  case http::refusal::body_too_large:
    return failure::body_too_large;
  case http::refusal::timeout:
    return failure::request_timeout;
  case http::refusal::bad_request:
  case http::refusal::bad_version:
  case http::refusal::not_implemented:
    break;
  }
  return failure::bad_request;
}

/// Where HTTP has a status that the protocol's errors do not know; otherwise 0.
unsigned status_of(http::refusal why) noexcept {
  switch (why) {
  case http::refusal::bad_version:
    return 505;
  case http::refusal::not_implemented:
    return 501;
  default:
    return 0;
  }
}

/// The credentials of an upgrade: in a sub-protocol, or in the headers.
std::optional<auth::credentials>
connect_credentials(const http::request& request, const std::vector<std::string_view>& protocols) {
  for (const auto token : protocols)
    if (token.starts_with(header_subprotocol))
      return appsync::decode_header_protocol(token.substr(header_subprotocol.size()));
  return credentials_of(request);
}

/// What the connection remembers of the key that it used last.
access::key_memo* memo_of(http::exchange& what) {
  auto& kept = what.kept();
  if (kept == nullptr)
    kept = std::make_shared<access::key_memo>();
  return static_cast<access::key_memo*>(kept.get());
}

/// The client that trusted proxies name.
boost::asio::ip::address forwarded_address(const http::exchange& what,
                                           const std::vector<network>& trusted) {
  std::vector<std::string_view> lines;
  for (const auto& line : what.what().headers)
    if (text::iequals(line.name_text, "x-forwarded-for"))
      lines.push_back(line.value);
  return find_client(what.remote_address(), lines, trusted);
}

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

} // namespace

router::router(event_loop& loop, const node_status& node)
  : loop_(loop)
  , node_(node)
  , realtime_(loop) {}

void router::apply(service::tenant_table_ptr tenants, const config::websocket_settings& websocket,
                   const router_settings& settings) {
  realtime_.apply(std::move(tenants), websocket);
  settings_ = settings;
}

void router::handle(http::exchange& what) {
  begin_request(what);
  const auto target = http::split_target(what.what().target);
  if (!target)
    return refuse_with(what, failure::not_found);
  const auto path = target->path;
  if (answer_status_page(what, path))
    return;
  const auto [api, where] = appsync::select(*realtime_.tenants, path, what.what()[field::host]);
  const auto method = what.what().method;
  switch (where) {
  case endpoint::publish:
    if (method == verb::post)
      return publish(what, api, *target);
    if (method == verb::options)
      return preflight(what, *api);
    return refuse_with(what, failure::method_not_allowed, {.headers = "Allow: POST, OPTIONS\r\n"});
  case endpoint::realtime:
    if (method == verb::get)
      return upgrade(what, api);
    return refuse_with(what, failure::method_not_allowed, {.headers = "Allow: GET\r\n"});
  case endpoint::none:
    break;
  }
  refuse_with(what, failure::not_found);
}

void router::refuse(http::exchange& what, http::refusal why) {
  begin_request(what);
  refuse_with(what, failure_of(why), {.status = status_of(why)});
}

bool router::answer_status_page(http::exchange& what, std::string_view path) {
  const auto health = path == "/healthz";
  const auto readiness = path == "/readyz";
  const auto mesh = path == "/mesh";
  if (!health && !readiness && !mesh && path != "/metrics")
    return false;
  const auto method = what.what().method;
  if (method != verb::get && method != verb::head) {
    refuse_with(what, failure::method_not_allowed, {.headers = "Allow: GET, HEAD\r\n"});
  } else if (health) {
    answer_plain(what, 200, "ok\n");
  } else if (readiness) {
    const auto ready = node_.ready();
    answer_plain(what, ready == readiness::ready ? 200 : 503, text_of(ready));
  } else if (mesh) {
    const auto page = node_.mesh();
    if (page.empty())
      return refuse_with(what, failure::not_found), true;
    what.respond({200, "application/json", "Cache-Control: no-store\r\n", page});
  } else {
    what.respond({200, "text/plain; version=0.0.4; charset=utf-8", {}, node_.metrics()});
  }
  return true;
}

void router::answer_plain(http::exchange& what, unsigned status, std::string_view text) {
  what.respond({status, "text/plain; charset=utf-8", "Cache-Control: no-store\r\n", text});
}

std::string_view router::common_headers(std::string_view more) {
  headers_.assign("x-amzn-RequestId: ");
  headers_.append(request_id_.view()).append("\r\n");
  if (!allowed_origin_.empty())
    headers_.append("Access-Control-Allow-Origin: ")
        .append(allowed_origin_)
        .append("\r\nAccess-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType\r\n");
  if (allowed_origin_ != "*")
    headers_.append("Vary: Origin\r\n");
  headers_.append(more);
  return headers_;
}

namespace {

/// A request that waits: its answer comes later, and it stays in memory until then.
class deferral {
public:
  explicit deferral(http::exchange& what)
    : exchange_(what) {}

  void wait(event_loop& loop, service::tenant_ptr to, const service::later& ask,
            std::function<void(const auth::answer&)> then) {
    ask([&loop, to = std::move(to), kept = exchange_.defer(),
         then = std::move(then)](auth::answer got) {
      loop.post([to, kept, then, got = std::move(got)] { then(got); });
    });
  }

private:
  http::exchange& exchange_;
};

} // namespace

void router::publish(http::exchange& what, const service::tenant_ptr& to,
                     const http::target_parts& target) {
  const auto& request = what.what();
  begin_answer(what, to.get());
  if (!to->allows_origin(request[field::origin])) {
    service::count_refused_publish(loop_.counters(), failure::origin_not_allowed);
    return refuse_with(what, failure::origin_not_allowed);
  }
  const auto& limits = to->settings().limits;
  auto parsed =
      parser_.parse_http_publish(request.body, {.events_per_publish = limits.events_per_publish});
  parsed.authorization = credentials_of(request);
  const service::signed_target over{{.method = std::string_view{"POST"},
                                     .path = target.path,
                                     .query = target.query,
                                     .payload = auth::signed_payload::of_body(request.body)}};
  const auto id = request_id_;
  const service::call_site site{loop_, to, {client_address(what), {}, id.view(), memo_of(what)}};
  deferral turn{what};
  service::publish(site, turn, service::publish_request{std::move(parsed), what.received()}, over,
                   [this, &what, to, id](const service::publish_outcome& outcome) {
                     request_id_ = id;
                     begin_answer(what, to.get());
                     finish_publish(what, *to, outcome);
                   });
}

void router::finish_publish(http::exchange& what, const service::tenant& to,
                            const service::publish_outcome& outcome) {
  const auto stated = appsync::details_of(to, outcome.detail);
  if (outcome.problem != failure::none)
    return refuse_with(what, outcome.problem, {.limits = stated});
  body_.clear();
  appsync::append_publish_result(body_, outcome.entries, stated);
  what.respond({200, "application/json", common_headers(), body_});
}

boost::asio::ip::address router::client_address(const http::exchange& what) const {
  return settings_.trusted_proxies.empty() ? what.remote_address()
                                           : forwarded_address(what, settings_.trusted_proxies);
}

void router::begin_request(const http::exchange& what) {
  request_id_ = loop_.uuids().next();
  begin_answer(what, nullptr);
}

/// Which origin the answer names: with a list of them, the one that asked (and is on it), so that
/// no page reads what another was told.
void router::begin_answer(const http::exchange& what, const service::tenant* to) {
  const auto origin = what.what()[field::origin];
  allowed_origin_ = to == nullptr || to->settings().origins.empty() ? "*"
                    : origin.empty() || !to->allows_origin(origin)  ? std::string{}
                                                                    : std::string{origin};
}

void router::preflight(http::exchange& what, const service::tenant& to) {
  begin_answer(what, &to);
  if (!to.allows_origin(what.what()[field::origin]))
    return refuse_with(what, failure::origin_not_allowed);
  std::string more{"Access-Control-Allow-Methods: POST, OPTIONS\r\n"
                   "Access-Control-Max-Age: 86400\r\n"};
  if (const auto asked = what.what()["access-control-request-headers"]; !asked.empty())
    more.append("Access-Control-Allow-Headers: ").append(asked).append("\r\n");
  what.respond({204, {}, common_headers(more), {}});
}

void router::refuse_with(http::exchange& what, failure problem, const refusal_options& how) {
  const auto shape = appsync::shape_of(problem, appsync::surface::http);
  std::string more{"x-amzn-ErrorType: "};
  more.append(shape.type).append("\r\n").append(how.headers);
  body_.clear();
  appsync::append_http_error(body_, problem, how.limits);
  const auto head = common_headers(more);
  log::debug("refused a request", {{"error", service::to_string(problem)},
                                   {"request", head.substr(18, 36)},
                                   {"remote", client_address(what).to_string()}});
  what.respond({how.status != 0 ? how.status : shape.status, "application/json", head, body_});
}

void router::upgrade(http::exchange& what, const service::tenant_ptr& to) {
  const auto& request = what.what();
  if (!request.upgrade || !text::iequals(request[field::upgrade], "websocket"))
    return refuse_with(what, failure::upgrade_required, {.headers = upgrade_headers});
  if (request["sec-websocket-version"] != "13")
    return refuse_with(what, failure::upgrade_required, {.headers = upgrade_headers});
  const auto accept = websocket::accept_value(request["sec-websocket-key"]);
  if (!accept)
    return refuse_with(what, failure::bad_request);
  if (node_.stopping())
    return refuse_with(what, failure::unavailable);

  const auto protocols = all_tokens(request, field::sec_websocket_protocol);
  service::arrival who{
      to,
      {client_address(what), std::string{loop_.uuids().next().view()}, "websocket"},
      what.received()};
  if (std::ranges::find(protocols, subprotocol) == protocols.end())
    who.refuse(failure::subprotocol_not_supported);
  if (!to->allows_origin(request[field::origin]))
    who.refuse(failure::origin_not_allowed);
  if (who.refused() == failure::none) {
    const auto shown = connect_credentials(request, protocols);
    who.decide(shown ? &*shown : nullptr, appsync::signed_over_connect(*to, realtime_.path));
  }

  std::string response{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: "};
  response.append(*accept).append("\r\nDate: ").append(http::date_now()).append("\r\n");
  if (!settings_.server_header.empty())
    response.append("Server: ").append(settings_.server_header).append("\r\n");
  if (who.refused() != failure::subprotocol_not_supported)
    response.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  auto deflate = false;
  if (realtime_.settings.compression) {
    std::string offers;
    for (const auto offer : all_tokens(request, field::sec_websocket_extensions))
      offers.append(offers.empty() ? "" : ", ").append(offer);
    if (const auto agreed = websocket::negotiate_deflate(offers)) {
      deflate = true;
      response.append("Sec-WebSocket-Extensions: ").append(*agreed).append("\r\n");
    }
  }
  response.append("\r\n");

  const auto& limits = to->settings().limits;
  auto [socket, rest, unsent, entered] = what.take_over();
  who.keep(std::move(entered));
  auto made = spawn_on<connection>(
      loop_.actors(), connection::limits{limits.subscriptions, limits.publishes_per_second},
      connection::address{who.who().id, who.who().remote});
  auto wire = std::make_unique<appsync::realtime_edge>(
      realtime_, *made.object,
      websocket::socket::options{
          .settings = realtime_.sockets, .below = std::move(socket), .deflate = deflate},
      std::move(who));
  auto& started = *wire;
  made.object->begin(std::move(wire));
  started.start(unsent + response, rest);
}

} // namespace actormesh::net
