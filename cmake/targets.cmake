# The functions by which the folders declare what they hold. File lists are explicit; LIBRARIES are
# libraries of ours by their full name (actormesh_config) or imported targets (spdlog::spdlog).

# A folder's library, actormesh_<name>. LIBRARIES are part of its interface, PRIVATE_LIBRARIES are
# not.
function(actormesh_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;PRIVATE_LIBRARIES")
  add_library(actormesh_${name} STATIC ${arg_SOURCES})
  target_link_libraries(
    actormesh_${name}
    PUBLIC ${arg_LIBRARIES}
    PRIVATE ${arg_PRIVATE_LIBRARIES} $<BUILD_INTERFACE:actormesh_options>)
endfunction()

# A program. It is installed only if it says so (installation.cmake).
function(actormesh_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} actormesh_options)
endfunction()

if(ACTORMESH_TESTS)
  add_library(actormesh_catch_main STATIC "${CMAKE_CURRENT_LIST_DIR}/catch_main.cpp")
  target_link_libraries(actormesh_catch_main PUBLIC Catch2::Catch2)
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
    list(APPEND environment "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
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

# One Catch2 binary, test_<name>, and its entry in ctest. LABEL is unit (the default), process (it
# starts $ACTORMESH_BINARY) or clients. SERIAL keeps other tests away while it runs.
function(actormesh_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "LABEL" "SOURCES;LIBRARIES")
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${arg_LIBRARIES} actormesh_catch_main
                                             actormesh_options)
  add_test(
    NAME ${name}
    COMMAND test_${name}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  _actormesh_test_properties(properties ${arg_LABEL})
  set_tests_properties(${name} PROPERTIES ${properties} RUN_SERIAL "${arg_SERIAL}")
  if(TARGET actormesh AND NOT arg_LABEL STREQUAL "unit")
    add_dependencies(test_${name} actormesh)
  endif()
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
