# What runs on the loops: timers, queues, connections.
actormesh_add_test(
  net_loops
  THREADED
  SOURCES
  event_loop.cpp
  outbound_queue.cpp
  timer_wheel.cpp
  websocket_socket.cpp
  LIBRARIES
  actormesh_net)
