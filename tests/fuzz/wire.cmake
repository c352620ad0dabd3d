# HTTP and WebSocket as bytes.
foreach(name inflate_message message_reader negotiate_deflate request_parser request_target)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_net)
endforeach()
