# How our own code is compiled. `actormesh_options` carries it; the functions of targets.cmake link it.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Clones at different places share the cache: paths below the source folder are relative to it, in
# the key and in the debug information.
find_program(ACTORMESH_CCACHE ccache)
if(ACTORMESH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros "${ACTORMESH_CCACHE}")
  # What ccache needs to see precompiled headers through (its manual, "Precompiled headers").
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")

if(ACTORMESH_SANITIZE)
  add_compile_options("-fsanitize=${ACTORMESH_SANITIZE}" -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${ACTORMESH_SANITIZE}")
endif()

add_library(actormesh_options INTERFACE)
target_include_directories(actormesh_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(actormesh_options INTERFACE ACTORMESH_VERSION="${PROJECT_VERSION}")
target_compile_options(actormesh_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(ACTORMESH_WERROR)
  target_compile_options(actormesh_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in std::string's own operator+ (its bug 105651), and overruns of
  # std::string's own buffer where the header is precompiled and not known as a system header.
  target_compile_options(actormesh_options INTERFACE -Wno-restrict -Wno-array-bounds
                                                     -Wno-stringop-overflow -Wno-stringop-overread)
  if(ACTORMESH_SANITIZE)
    # Instrumented code defeats GCC's flow analysis; Asio's fences mean nothing to -Wtsan.
    target_compile_options(actormesh_options INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
