# The Event API as bytes.
actormesh_add_test(
  appsync
  SOURCES
  appsync_format.cpp
  appsync_hook_body.cpp
  appsync_operation.cpp
  appsync_policy.cpp
  appsync_signed_operation.cpp
  LIBRARIES
  actormesh_appsync)
