# How a room of the house becomes a target, and what every target is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_MODULE_PATH ${CMAKE_MODULE_PATH} ${CMAKE_CURRENT_LIST_DIR})
option(CHATSIM_TESTS "Build the tests" ON)
option(CHATSIM_FUZZ "Link the targets of tests/fuzz with libFuzzer; needs clang" OFF)

# Debian's own interpreter: another python3 may come first on PATH, without what packages.txt installs.
set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Interpreter for the Python parts")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(chatsim_options INTERFACE)
target_compile_options(chatsim_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
# Debug information names the build folder: mapped away, so that ccache serves one folder what another compiled.
target_compile_options(chatsim_options INTERFACE -ffile-prefix-map=${PROJECT_BINARY_DIR}=.)
target_include_directories(chatsim_options INTERFACE ${PROJECT_SOURCE_DIR})

# chatsim_room(NAME source... [PUBLIC target...] [PRIVATE target...])
function(chatsim_room name)
  cmake_parse_arguments(room "" "" "PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${room_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC chatsim_options ${room_PUBLIC} PRIVATE ${room_PRIVATE})
endfunction()

# chatsim_test(NAME source... LIBS target...): a Catch2 program that CTest runs.
function(chatsim_test name)
  cmake_parse_arguments(test "" "" "LIBS" ${ARGN})
  add_executable(${name} ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE chatsim_test_main ${test_LIBS})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
