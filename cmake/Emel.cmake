# What every target of the project shares, and four functions that declare one.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(emel_options INTERFACE)
target_include_directories(emel_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_options(emel_options INTERFACE -Wall -Wextra -Wno-unused-parameter
                       -Wno-missing-field-initializers $<$<BOOL:${EMEL_WERROR}>:-Werror>)
if(EMEL_SANITIZE)
  # Everywhere, not only through emel_options: a sanitizer wants every object it links.
  add_compile_options(-fsanitize=${EMEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EMEL_SANITIZE})
  # It reads what clang writes before each function, which compiled models do not have.
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_compile_options(-fno-sanitize=function)
  endif()
endif()

# LLVM's headers poison memory that its own, uninstrumented library then writes.
set(EMEL_TEST_ENVIRONMENT ASAN_OPTIONS=allow_user_poisoning=0)

# emel_library(NAME DEPS…): every .cpp of the current folder, so that a new file needs no edit here.
function(emel_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC emel_options ${ARGN})
endfunction()

# emel_tool(NAME DEPS…): one executable from tools/NAME.cpp, placed in bin/.
function(emel_tool name)
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE emel_options ${ARGN})
endfunction()

# emel_unit_tests(NAME DEPS…): every .cpp of the current folder in one GoogleTest executable,
# each case of it one CTest test.
function(emel_unit_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE EMEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             EMEL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE emel_options ${ARGN} GTest::gmock_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES 
                       PROPERTIES TIMEOUT 300 ENVIRONMENT "${EMEL_TEST_ENVIRONMENT}")
endfunction()

# emel_fuzzer(NAME DEPS…): one libFuzzer target from NAME.cpp; only with EMEL_FUZZ.
function(emel_fuzzer name)
  if(EMEL_FUZZ)
    add_executable(${name} ${name}.cpp)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    target_link_libraries(${name} PRIVATE emel_options ${ARGN} -fsanitize=fuzzer)
  endif()
endfunction()
