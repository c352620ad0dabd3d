# Asking other servers.
actormesh_add_test(
  net_fetch
  THREADED
  SOURCES
  fetch.cpp
  fetch_server.cpp
  fetch_url.cpp
  tls_fixtures.cpp
  LIBRARIES
  actormesh_net
  OpenSSL::SSL)
