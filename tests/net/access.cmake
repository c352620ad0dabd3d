# Who may do what: the parts without a socket.
actormesh_add_test(
  net_access
  THREADED
  SOURCES
  access_channel_forms.cpp
  access_failure_limiter.cpp
  access_key_source.cpp
  LIBRARIES
  actormesh_net)
