# HTTP and WebSocket as bytes.
actormesh_add_test(
  net_wire
  SOURCES
  ascii.cpp
  http_request_parser.cpp
  reference_inflate.cpp
  websocket_deflate.cpp
  websocket_frame.cpp
  websocket_handshake.cpp
  websocket_message_reader.cpp
  websocket_utf8.cpp
  LIBRARIES
  actormesh_net)
