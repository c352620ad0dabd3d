#include "net/appsync/realtime_endpoint.hpp"

#include "actors/loop_actor.hpp"
#include "net/appsync/addresses.hpp"
#include "net/appsync/http_edge.hpp"
#include "net/appsync/publish_endpoint.hpp"
#include "net/appsync/realtime.hpp"
#include "net/http/date.hpp"
#include "net/websocket/deflate.hpp"
#include "net/websocket/handshake.hpp"
#include "service/session_guard.hpp"
#include "text/ascii.hpp"

#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::appsync {

namespace {

using boost::beast::http::field;

constexpr std::string_view subprotocol = "aws-appsync-event-ws";
constexpr std::string_view header_subprotocol = "header-";

/// What a client has to ask for (RFC 9110 section 15.5.22, RFC 6455 section 4.4).
constexpr std::string_view upgrade_headers =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";

/// A list-valued header that may have come in several lines.
std::vector<std::string_view> all_tokens(const http::request& what, field name) {
  std::vector<std::string_view> tokens;
  for (const auto& line : what.headers)
    if (line.name == name)
      std::ranges::copy(websocket::split_list(line.value), std::back_inserter(tokens));
  return tokens;
}

/// The credentials of an upgrade: in a sub-protocol, or in the headers.
std::optional<auth::credentials>
connect_credentials(const http::request& request, const std::vector<std::string_view>& protocols) {
  for (const auto token : protocols)
    if (token.starts_with(header_subprotocol))
      return decode_header_protocol(token.substr(header_subprotocol.size()));
  return credentials_of(request);
}

} // namespace

void realtime_endpoint::handle(http::exchange& what, const http::target_parts&) {
  const auto& request = what.what();
  const auto scope = edge_.begin(what, nullptr);
  const auto refuse_upgrade = [&](failure why) {
    scope.refuse(
        what, why, edge_.scratch(),
        {.headers = why == failure::upgrade_required ? upgrade_headers : std::string_view{}});
  };
  if (!request.upgrade || !text::iequals(request[field::upgrade], "websocket") ||
      request["sec-websocket-version"] != "13")
    return refuse_upgrade(failure::upgrade_required);
  const auto accept = websocket::accept_value(request["sec-websocket-key"]);
  if (!accept)
    return refuse_upgrade(failure::bad_request);
  if (edge_.stopping())
    return refuse_upgrade(failure::unavailable);

  const auto protocols = all_tokens(request, field::sec_websocket_protocol);
  service::arrival who{to_,
                       {scope.client(), std::string{edge_.loop().uuids().next().view()},
                        what.is_tls() ? "websocket+tls" : "websocket"},
                       what.received()};
  if (std::ranges::find(protocols, subprotocol) == protocols.end())
    who.refuse(failure::subprotocol_not_supported);
  if (!to_->allows_origin(request[field::origin]))
    who.refuse(failure::origin_not_allowed);
  if (who.refused() == failure::none) {
    const auto shown = connect_credentials(request, protocols);
    who.decide(shown ? &*shown : nullptr, signed_over_connect(*to_, edge_.realtime().path));
  }

  std::string response{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: "};
  response.append(*accept).append("\r\nDate: ").append(http::date_now()).append("\r\n");
  if (!edge_.settings().server_header.empty())
    response.append("Server: ").append(edge_.settings().server_header).append("\r\n");
  if (who.refused() != failure::subprotocol_not_supported)
    response.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  auto deflate = false;
  if (edge_.realtime().settings.compression) {
    std::string offers;
    for (const auto offer : all_tokens(request, field::sec_websocket_extensions))
      offers.append(offers.empty() ? "" : ", ").append(offer);
    if (const auto agreed = websocket::negotiate_deflate(offers)) {
      deflate = true;
      response.append("Sec-WebSocket-Extensions: ").append(*agreed).append("\r\n");
    }
  }
  response.append("\r\n");

  const auto& limits = to_->settings().limits;
  auto [socket, rest, unsent, entered] = what.take_over();
  who.keep(std::move(entered));
  auto made = spawn_on<connection>(
      edge_.loop().actors(), connection::limits{limits.subscriptions, limits.publishes_per_second},
      connection::address{who.who().id, who.who().remote});
  auto wire = std::make_unique<realtime_edge>(
      edge_.realtime(), *made.object,
      websocket::socket::options{
          .settings = edge_.realtime().sockets, .below = std::move(socket), .deflate = deflate},
      std::move(who));
  auto& started = *wire;
  made.object->begin(std::move(wire));
  started.start(unsent + response, rest);
}

} // namespace actormesh::appsync
