# What clients prove themselves with, and what providers publish.
foreach(name jwks jwt sigv4)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_auth)
endforeach()
