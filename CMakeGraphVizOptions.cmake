# What `cmake --graphviz` draws: our libraries and the program, for docs/libraries.svg.
set(GRAPHVIZ_GRAPH_NAME "actormesh")
set(GRAPHVIZ_GENERATE_PER_TARGET FALSE)
set(GRAPHVIZ_GENERATE_DEPENDERS FALSE)
set(GRAPHVIZ_EXTERNAL_LIBS FALSE)
set(GRAPHVIZ_INTERFACE_LIBS FALSE)
set(GRAPHVIZ_OBJECT_LIBS FALSE)
set(GRAPHVIZ_UNKNOWN_LIBS FALSE)
set(GRAPHVIZ_IGNORE_TARGETS
    "test_.*"
    "fuzz_.*"
    "loadgen"
    "floor"
    "interest"
    "ledger"
    "actormesh_bench"
    "actormesh_boost"
    "actormesh_mesh_ledger"
    "actormesh_process_fixtures")
