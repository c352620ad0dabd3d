# Audit logs, and what trusted proxies say about clients.
actormesh_add_fuzzer(audit SOURCES fuzz_audit.cpp LIBRARIES actormesh_audit)
foreach(name proxy_protocol forwarded_for)
  actormesh_add_fuzzer(${name} SOURCES fuzz_${name}.cpp LIBRARIES actormesh_net)
endforeach()
