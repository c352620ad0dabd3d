# Headers from outside that many files read, parsed once per preset instead of once per file: the
# heaviest of them take longer to parse than most of our files to compile.
#
# A header that defines objects does not belong here, since every file would get them (CLI11 does, and
# costs an empty file four seconds).
#
# They are tiers, since a file may see only what its folder may use, and all who share one must agree
# on its definitions. Headers of ours never belong here, and a file includes what it uses all the
# same: ./dev lint reads each file without them.
set(precompiled_core
    <algorithm>
    <array>
    <atomic>
    <charconv>
    <chrono>
    <cstddef>
    <cstdint>
    <cstring>
    <deque>
    <filesystem>
    <functional>
    <map>
    <memory>
    <mutex>
    <optional>
    <span>
    <stdexcept>
    <string>
    <string_view>
    <unordered_map>
    <utility>
    <variant>
    <vector>)
set(precompiled_caf
    ${precompiled_core}
    <caf/actor_cast.hpp>
    <caf/actor_system.hpp>
    <caf/actor_system_config.hpp>
    <caf/binary_deserializer.hpp>
    <caf/binary_serializer.hpp>
    <caf/event_based_actor.hpp>
    <caf/io/broker.hpp>
    <caf/io/middleman.hpp>
    <caf/openssl/manager.hpp>
    <caf/send.hpp>
    <boost/unordered/unordered_flat_map.hpp>
    <boost/unordered/unordered_flat_set.hpp>)
set(precompiled_net
    ${precompiled_caf}
    <boost/asio/io_context.hpp>
    <boost/asio/ip/tcp.hpp>
    <boost/asio/post.hpp>
    <boost/asio/ssl/stream.hpp>
    <boost/asio/steady_timer.hpp>
    <boost/beast/core/flat_buffer.hpp>
    <boost/beast/http/message.hpp>
    <boost/beast/http/parser.hpp>
    <boost/beast/http/string_body.hpp>
    <boost/json.hpp>
    <boost/uuid/random_generator.hpp>
    <boost/uuid/uuid_io.hpp>)
foreach(tier core caf net)
  set(precompiled_${tier}_test ${precompiled_${tier}} <catch2/catch.hpp>)
endforeach()
set(precompiled_caf_libraries Boost::headers CAF::core CAF::io CAF::openssl)
set(precompiled_net_libraries ${precompiled_caf_libraries} actormesh_boost)

# Lets a target use a tier: core (the standard library), caf or net; with _test, Catch2 as well.
function(actormesh_precompile target tier)
  if(NOT TARGET actormesh_precompiled_${tier})
    set(source "${PROJECT_BINARY_DIR}/precompiled/${tier}.cpp")
    if(NOT EXISTS "${source}")
      file(WRITE "${source}" "// What the tier's headers are compiled for.\n")
    endif()
    add_library(actormesh_precompiled_${tier} OBJECT "${source}")
    string(REPLACE "_test" "" base ${tier})
    target_link_libraries(actormesh_precompiled_${tier} PRIVATE ${precompiled_${base}_libraries}
                                                              actormesh_options)
    target_precompile_headers(actormesh_precompiled_${tier} PRIVATE ${precompiled_${tier}})
  endif()
  target_precompile_headers(${target} REUSE_FROM actormesh_precompiled_${tier})
endfunction()
