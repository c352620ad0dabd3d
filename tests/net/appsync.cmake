# The Event API as bytes.
actormesh_add_test(
  appsync
  SOURCES
  appsync_format.cpp
  appsync_operation.cpp
  LIBRARIES
  actormesh_net)

actormesh_add_test(
  channel_path
  SOURCES
  ../actors/channel_path.cpp
  LIBRARIES
  actormesh_actors)
