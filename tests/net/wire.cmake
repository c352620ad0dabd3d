# HTTP and WebSocket as bytes.
actormesh_add_test(
  net_wire
  SOURCES
  forwarded_for.cpp
  http_request_parser.cpp
  http_routes.cpp
  http_target.cpp
  proxy_protocol.cpp
  reference_inflate.cpp
  websocket_deflate.cpp
  websocket_frame.cpp
  websocket_framer.cpp
  websocket_handshake.cpp
  websocket_message_reader.cpp
  LIBRARIES
  actormesh_net)
