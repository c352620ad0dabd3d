#include "cli/welcome.hpp"

#include "text/base64.hpp"

namespace actormesh::cli {

namespace {

/// The `header-…` sub-protocol that carries a key.
std::string header_protocol(std::string_view authority, std::string_view key) {
  const auto json =
      R"({"host":")" + std::string{authority} + R"(","x-api-key":")" + std::string{key} + R"("})";
  return "header-" + text::encode_base64url(json);
}

} // namespace

std::vector<std::string> welcome_lines(std::string_view host, std::uint16_t port,
                                       std::string_view key) {
  const auto authority = std::string{host} + ':' + std::to_string(port);
  const std::string shown{key};
  return {
      "publish:   curl http://" + authority + "/event -H 'content-type: application/json'" +
          " -H 'x-api-key: " + shown + "'" +
          R"( -d '{"channel":"default/hello","events":["{\"hello\":\"world\"}"]}')",
      "subscribe: npx wscat -c ws://" + authority + "/event/realtime -s aws-appsync-event-ws -s " +
          header_protocol(authority, key) +
          R"( -w -1 -x '{"type":"subscribe","id":"1","channel":"default/*","authorization":{"x-api-key":")" +
          shown + R"("}}')",
      // The upper-case scheme keeps amplify-js from rewriting `http://` to `wss://`.
      "amplify:   Amplify.configure({ API: { Events: { endpoint: 'HTTP://" + authority +
          "/event', region: 'us-east-1', defaultAuthMode: 'apiKey', apiKey: '" + shown + "' } } })",
  };
}

} // namespace actormesh::cli
