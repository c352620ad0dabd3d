# The parsers of the Event API.
actormesh_add_fuzzer(
  operation
  SOURCES
  fuzz_operation.cpp
  LIBRARIES
  actormesh_appsync
  Boost::json)
actormesh_add_fuzzer(
  header_protocol
  SOURCES
  fuzz_header_protocol.cpp
  LIBRARIES
  actormesh_appsync)
# What clients sign, and what web hooks answer.
foreach(name signed_operation hook_answer)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_appsync)
endforeach()
actormesh_add_fuzzer(
  channel_path
  SOURCES
  fuzz_channel_path.cpp
  LIBRARIES
  actormesh_actors)
# The whole way from a client's bytes to what may be carried out.
foreach(name http_operation websocket_operation)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_appsync)
endforeach()
