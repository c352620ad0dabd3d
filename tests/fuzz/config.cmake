# The configuration file.
actormesh_add_fuzzer(configuration SOURCES fuzz_configuration.cpp LIBRARIES actormesh_config)
