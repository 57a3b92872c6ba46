# What every target of the project shares, functions that declare one, and what finds libraries.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

# Checkouts share what was compiled, whatever their folders and wherever their compiler came from.
# Headers are what the compiler says it read, so that its preprocessor need not run first.
find_program(CCACHE ccache)
if(CCACHE)
  foreach(language C CXX)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content CCACHE_DEPEND=1 ${CCACHE})
  endforeach()
endif()

function(emel_complain what package)
  message(FATAL_ERROR "expected ${what}, found none: Debian 12 has it in the package ${package}; "
                      "`tools/install-dependencies.sh test` installs all that building and testing need")
endfunction()

# emel_find_package(NAME PACKAGE …): find_package for all folders, or an error with Debian's package.
macro(emel_find_package name package)
  find_package(${name} ${ARGN} QUIET GLOBAL)
  if(NOT ${name}_FOUND)
    string(STRIP "CMake's package ${name} ${ARGN}" what)
    emel_complain("${what}" ${package})
  endif()
endmacro()

# emel_find_library(VARIABLE PACKAGE NAME [FOLDER]): the archive, since runners go where libraries are
# not, or the shared library.
function(emel_find_library variable package name)
  find_library(${variable} NAMES lib${name}.a ${name} HINTS ${ARGN})
  if(NOT ${variable})
    emel_complain("the library ${name}" ${package})
  endif()
endfunction()

add_library(emel_options INTERFACE)
target_include_directories(emel_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_options(emel_options INTERFACE -Wall -Wextra -Wno-unused-parameter
                       -Wno-missing-field-initializers $<$<BOOL:${EMEL_WERROR}>:-Werror>
                       # What GCC 12 says of std::string and of MLIR's headers is not so.
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
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

# emel_sources(VARIABLE PATTERN…): every file of the current folder that a pattern fits, so that a new
# one needs no edit of CMake's files; in batches of EMEL_BATCH, since most of a file's time goes into
# headers that all read. Those with the property EMEL_ALONE stay out. CMake's own unity builds name
# files by absolute paths, so that no other checkout finds them in the compiler's cache.
function(emel_sources variable)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${ARGN})
  set(sources "")
  set(batch 0)
  set(count 0)
  foreach(file ${files})
    get_source_file_property(alone ${PROJECT_SOURCE_DIR}/${file} EMEL_ALONE)
    if(alone OR EMEL_BATCH LESS_EQUAL 1)
      list(APPEND sources ${PROJECT_SOURCE_DIR}/${file})
      continue()
    endif()
    string(APPEND text${batch} "#include \"${file}\"\n")
    math(EXPR count "${count} + 1")
    math(EXPR batch "${count} / ${EMEL_BATCH}")
  endforeach()
  foreach(number RANGE ${batch})
    if(DEFINED text${number})
      set(path ${CMAKE_CURRENT_BINARY_DIR}/batch${number}.cpp)
      file(CONFIGURE OUTPUT ${path} CONTENT "${text${number}}" @ONLY)
      list(APPEND sources ${path})
    endif()
  endforeach()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# emel_library(NAME DEPS…): every .cpp of the current folder.
function(emel_library name)
  emel_sources(sources ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC emel_options ${ARGN})
endfunction()

# emel_tool(NAME DEPS…): one executable from tools/NAME.cpp, placed in bin/.
function(emel_tool name)
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE emel_options ${ARGN})
endfunction()

# emel_unit_tests(NAME DEPS… [SHARDS N]): every .cpp of the current folder in one GoogleTest executable.
# It is one test of CTest, or N that share its cases, since to load LLVM takes longer than most cases.
# Each leaves a report in results/. With BACKENDS passes know the devices.
function(emel_unit_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "BACKENDS" "SHARDS" "")
  emel_sources(sources ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE EMEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             EMEL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE emel_options ${ARG_UNPARSED_ARGUMENTS} GTest::gmock_main)
  if(ARG_BACKENDS)
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/backends/register.cpp)
    target_link_libraries(${name} PRIVATE emel_backends)
  endif()
  if(NOT ARG_SHARDS)
    set(ARG_SHARDS 1)
  endif()
  math(EXPR last "${ARG_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(test ${name})
    if(last)
      set(test ${name}/${shard})
    endif()
    string(REPLACE / - report ${test})
    add_test(NAME unit-${test}
             COMMAND ${name} --gtest_output=xml:${PROJECT_BINARY_DIR}/results/${report}.xml)
    set_tests_properties(unit-${test} PROPERTIES TIMEOUT 1800 ENVIRONMENT
        "${EMEL_TEST_ENVIRONMENT};GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# emel_fuzzer(NAME DEPS…): one libFuzzer target from NAME.cpp; only with EMEL_FUZZ.
function(emel_fuzzer name)
  if(EMEL_FUZZ)
    add_executable(${name} ${name}.cpp)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    target_link_libraries(${name} PRIVATE emel_options ${ARGN} -fsanitize=fuzzer)
  endif()
endfunction()
