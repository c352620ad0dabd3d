# What C++ clients and nodes say to each other.
actormesh_add_fuzzer(client_frames SOURCES fuzz_client_frames.cpp LIBRARIES actormesh_actors)
