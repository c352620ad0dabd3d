# Every library from outside. docs/dependencies.md says what each is for.

# CAF: CAF_ROOT wins; otherwise what cmake/install-caf has put into the cache.
set(ACTORMESH_CAF_FLAVOUR
    "release"
    CACHE STRING "Flavour of cmake/install-caf: release or tsan")
set(actormesh_caf_version 0.18.7)
if(NOT CAF_ROOT AND NOT DEFINED ENV{CAF_ROOT})
  if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(cache_home "$ENV{XDG_CACHE_HOME}")
  else()
    set(cache_home "$ENV{HOME}/.cache")
  endif()
  set(CAF_ROOT "${cache_home}/actormesh/caf-${actormesh_caf_version}-${ACTORMESH_CAF_FLAVOUR}")
endif()
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(CAF ${actormesh_caf_version} QUIET COMPONENTS core io openssl)
if(NOT CAF_FOUND)
  message(
    FATAL_ERROR
      "CAF ${actormesh_caf_version} was not found. `cmake/install-caf ${ACTORMESH_CAF_FLAVOUR}` "
      "builds it into your cache (./dev build does that by itself); or set CAF_ROOT.")
endif()

# Boost, with Asio and Beast compiled once (boost.cpp) and their definitions on the interface.
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
add_library(actormesh_boost STATIC "${CMAKE_CURRENT_LIST_DIR}/boost.cpp")
target_link_libraries(actormesh_boost PUBLIC Boost::headers Boost::json OpenSSL::SSL Threads::Threads)
target_compile_definitions(
  actormesh_boost
  PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

find_package(spdlog 1.10 REQUIRED) # spdlog::spdlog brings its external fmt
find_package(fmt 9 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED) # yaml-cpp
find_package(CLI11 2 REQUIRED) # CLI11::CLI11
find_package(prometheus-cpp REQUIRED) # prometheus-cpp::core
if(ACTORMESH_TESTS)
  find_package(Catch2 2.13 REQUIRED)
endif()
