# What comes in at the mesh port.
foreach(name bodies events frames)
  actormesh_add_fuzzer(mesh_${name} SOURCES fuzz_mesh_${name}.cpp LIBRARIES actormesh_actors)
endforeach()
