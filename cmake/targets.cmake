# The functions by which the folders declare what they hold. File lists are explicit; LIBRARIES are
# libraries of ours by their full name (actormesh_config) or imported targets (spdlog::spdlog).

# Lets TARGET use the tier GIVEN, or else the richest one of the LIBRARIES of ours that it links; USAGE
# is nothing or _test.
function(_actormesh_precompile target usage given)
  set(tier core)
  foreach(library IN LISTS ARGN)
    if(library MATCHES "^actormesh_" AND TARGET ${library})
      get_target_property(its ${library} ACTORMESH_TIER)
      if(its STREQUAL "net" OR (its STREQUAL "caf" AND tier STREQUAL "core"))
        set(tier ${its})
      endif()
    endif()
  endforeach()
  if(given)
    set(tier ${given})
  endif()
  set_target_properties(${target} PROPERTIES ACTORMESH_TIER ${tier})
  actormesh_precompile(${target} ${tier}${usage})
endfunction()

# A folder's library, actormesh_<name>. LIBRARIES are part of its interface, PRIVATE_LIBRARIES are
# not. PRECOMPILED is a tier of precompiled.cmake, for what is not given by the libraries that it links.
function(actormesh_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PRECOMPILED" "SOURCES;LIBRARIES;PRIVATE_LIBRARIES")
  add_library(actormesh_${name} STATIC ${arg_SOURCES})
  target_link_libraries(
    actormesh_${name}
    PUBLIC ${arg_LIBRARIES}
    PRIVATE ${arg_PRIVATE_LIBRARIES} $<BUILD_INTERFACE:actormesh_options>)
  _actormesh_precompile(actormesh_${name} "" "${arg_PRECOMPILED}" ${arg_LIBRARIES})
endfunction()

# A program. It is installed only if it says so (installation.cmake).
function(actormesh_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} actormesh_options)
  _actormesh_precompile(${name} "" "" ${arg_LIBRARIES})
endfunction()

# Sanitizers are for the program: what drives it from outside is taken from the build that this
# names, instead of being built again. Empty: everything is built.
set(ACTORMESH_DRIVERS
    ""
    CACHE PATH "Folder with the binaries of tests that start $ACTORMESH_BINARY")

if(ACTORMESH_TESTS)
  add_custom_target(drivers)
  add_custom_target(fuzzers)
  # A main function for fuzz targets that are built as tests. An object, so that the linker takes it.
  add_library(actormesh_fuzz_replay OBJECT "${CMAKE_CURRENT_LIST_DIR}/fuzz_replay.cpp")
  target_link_libraries(actormesh_fuzz_replay PRIVATE actormesh_options)
endif()

# What each label gets: seconds until a test counts as hanging (sanitizers are given more), and for
# tests of the whole program where it is.
function(_actormesh_test_properties out label)
  set(timeout 120)
  set(environment "")
  if(NOT label STREQUAL "unit")
    set(timeout 300)
    list(APPEND environment "ACTORMESH_BINARY=$<TARGET_FILE:actormesh>")
  endif()
  if(ACTORMESH_SANITIZE)
    math(EXPR timeout "${timeout} * 4")
    list(APPEND environment "ACTORMESH_SANITIZED=1"
         "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
         "UBSAN_OPTIONS=print_stacktrace=1"
         "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp"
    )
  endif()
  set(properties LABELS ${label} TIMEOUT ${timeout})
  if(environment)
    string(REPLACE ";" "\\;" environment "${environment}")
    list(APPEND properties ENVIRONMENT "${environment}")
  endif()
  set(${out}
      "${properties}"
      PARENT_SCOPE)
endfunction()

# One Catch2 binary, test_<name>, and its entry in ctest.
#
# LABEL is unit (the default), process (it starts $ACTORMESH_BINARY) or clients. SERIAL keeps other
# tests away while it runs. THREADED is a unit test with more than one thread: only these are run under
# ThreadSanitizer. OWN_CODE is a process test that holds code under test itself, so that it has to be
# sanitized, too.
function(actormesh_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL;THREADED;OWN_CODE" "LABEL" "SOURCES;LIBRARIES")
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  set(is_driver FALSE)
  if(NOT arg_LABEL STREQUAL "unit" AND NOT arg_OWN_CODE)
    set(is_driver TRUE)
  elseif(ACTORMESH_SANITIZE MATCHES "thread" AND arg_LABEL STREQUAL "unit" AND NOT arg_THREADED)
    return()
  endif()
  if(is_driver AND ACTORMESH_DRIVERS)
    set(command "${ACTORMESH_DRIVERS}/test_${name}")
  else()
    set(command test_${name})
    add_executable(test_${name} ${arg_SOURCES})
    target_link_libraries(test_${name} PRIVATE ${arg_LIBRARIES} Catch2::Catch2WithMain
                                               actormesh_options)
    _actormesh_precompile(test_${name} _test "" ${arg_LIBRARIES})
    if(is_driver)
      add_dependencies(drivers test_${name})
    endif()
    if(TARGET actormesh AND NOT arg_LABEL STREQUAL "unit")
      add_dependencies(test_${name} actormesh)
    endif()
  endif()
  add_test(
    NAME ${name}
    COMMAND ${command}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  _actormesh_test_properties(properties ${arg_LABEL})
  set_tests_properties(${name} PROPERTIES ${properties} RUN_SERIAL "${arg_SERIAL}")
endfunction()

# A test that is a program or script of its own, run in the source folder with $ACTORMESH_BINARY.
function(actormesh_add_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "LABEL;TIMEOUT" "COMMAND")
  add_test(
    NAME ${name}
    COMMAND ${arg_COMMAND}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  _actormesh_test_properties(properties ${arg_LABEL})
  set_tests_properties(${name} PROPERTIES ${properties} RUN_SERIAL "${arg_SERIAL}")
  if(arg_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()

# A fuzz target, fuzz_<name>: SOURCES define LLVMFuzzerTestOneInput, the stored inputs are the files
# of tests/fuzz/corpus/<name>. With the preset fuzz it is a libFuzzer binary in <build>/fuzzers;
# otherwise a test that replays the stored inputs.
function(actormesh_add_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_LIBRARIES} actormesh_options)
  _actormesh_precompile(fuzz_${name} "" "" ${arg_LIBRARIES})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                "${PROJECT_BINARY_DIR}/fuzzers")
  if(ACTORMESH_SANITIZE MATCHES "fuzzer")
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_link_libraries(fuzz_${name} PRIVATE actormesh_fuzz_replay)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name}
                                       "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    _actormesh_test_properties(properties unit)
    set_tests_properties(fuzz_${name} PROPERTIES ${properties})
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()
