# HTTP and WebSocket as bytes.
foreach(name inflate_message message_reader negotiate_deflate request_parser request_target)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_net)
endforeach()
# A state machine: what is put in, and what the socket takes.
actormesh_add_fuzzer(outbound_queue SOURCES fuzz_outbound_queue.cpp LIBRARIES actormesh_net)
