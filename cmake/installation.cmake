# What `cmake --install` puts where: the program, its licence, an example configuration, the guides.
include(GNUInstallDirs)

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
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  OPTIONAL)
