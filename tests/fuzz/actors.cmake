# A state machine: who subscribes, publishes and leaves, and which loop has its turn.
actormesh_add_fuzzer(channels SOURCES fuzz_channels.cpp LIBRARIES actormesh_actors)
