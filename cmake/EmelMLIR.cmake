# LLVM and MLIR as shared libraries, one function per TableGen output kind, and what the compiler's
# folders share.

emel_find_package(MLIR libmlir-19-dev 19.1 CONFIG HINTS /usr/lib/llvm-19/lib/cmake/mlir)
find_program(EMEL_MLIR_TBLGEN mlir-tblgen HINTS ${LLVM_TOOLS_BINARY_DIR})
if(NOT EMEL_MLIR_TBLGEN)
  emel_complain("the program mlir-tblgen" mlir-19-tools)
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

add_library(emel_mlir INTERFACE)
target_include_directories(emel_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(emel_mlir INTERFACE emel_options MLIR LLVM)

# emel_compiler_side(): for the targets after it, in this folder and below. What builds and changes IR
# spends its time in LLVM's libraries; a higher level than -O1 would only make builds take longer.
macro(emel_compiler_side)
  add_compile_options($<$<CONFIG:Release>:-O1>)
endmacro()
