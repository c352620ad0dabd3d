# What everybody reads.
foreach(name host_port is_utf8)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_text)
endforeach()
