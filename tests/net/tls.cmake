# Clients by TLS, and how connections begin.
actormesh_add_test(
  net_tls
  THREADED
  SOURCES
  listener.cpp
  tls_context.cpp
  tls_fixtures.cpp
  tls_stream.cpp
  LIBRARIES
  actormesh_net
  OpenSSL::SSL)
