# What `cmake --install` puts where: the program, its licence, an example configuration, the guides,
# and the library for C++ programs (component `client`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TARGET actormesh)
  install(TARGETS actormesh RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/docs/"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  FILES_MATCHING
  PATTERN "*.md"
  PATTERN "*.svg"
  PATTERN "*.png")
install(
  FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  OPTIONAL)
install(
  FILES "${PROJECT_SOURCE_DIR}/config/actormesh.example.yaml"
        "${PROJECT_SOURCE_DIR}/config/actormesh.schema.json"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  OPTIONAL)

# The library: find_package(actormesh) brings actormesh::client. The other libraries are what it is
# made of, and have no headers here.
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/actormesh")
foreach(library text config keys telemetry actors client)
  set_target_properties(actormesh_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
install(
  TARGETS actormesh_text actormesh_config actormesh_keys actormesh_telemetry actormesh_actors actormesh_client
  EXPORT actormesh_targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT client)
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/actors/client/include/"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT client)
install(
  EXPORT actormesh_targets
  NAMESPACE actormesh::
  DESTINATION "${package_dir}"
  COMPONENT client)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/actormeshConfig.cmake.in" "${PROJECT_BINARY_DIR}/actormeshConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/actormeshConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/actormeshConfig.cmake"
        "${PROJECT_BINARY_DIR}/actormeshConfigVersion.cmake"
  DESTINATION "${package_dir}"
  COMPONENT client)
