// Every instruction that codegen/cpu emits by name, in ops that every CPU has: what portable forms of kernels call in
// its place (../test_form.h). A function has the name that LLVM gives the instruction, without "llvm."; its features
// are what a CPU needs to have it. Those of tiles take one more argument, where the tiles are kept:
//
//     | 8 tiles of 16 rows of 64 bytes | the 64 bytes of their configuration |
//     0                                8192                                  8256
//
// Functions without features are helpers. tests/unit/codegen/portable_test.cpp compares each of the others with the
// instruction.

//===----------------------------------------------------------------------===//
// Products of bytes and words
//===----------------------------------------------------------------------===//

// acc[i] + sum of u8(a[4i + j]) * s8(b[4i + j]) over j = 0 … 3, modulo 2^32
llvm.func @x86.avx512.vpdpbusd.512(%acc: vector<16xi32>, %a: vector<16xi32>, %b: vector<16xi32>) -> vector<16xi32>
    attributes {passthrough = [["target-features", "+avx512vnni"]]} {
  %from = arith.constant 0 : i32
  %step = arith.constant 8 : i32
  %to = arith.constant 32 : i32
  %top = arith.constant dense<24> : vector<16xi32>
  %byte = arith.constant dense<255> : vector<16xi32>
  %result = scf.for %bit = %from to %to step %step iter_args(%sum = %acc) -> (vector<16xi32>) : i32 {
    %bits = vector.broadcast %bit : i32 to vector<16xi32>
    %lowered = arith.shrui %a, %bits : vector<16xi32>
    %x = arith.andi %lowered, %byte : vector<16xi32>
    %left = arith.subi %top, %bits : vector<16xi32>
    %lifted = arith.shli %b, %left : vector<16xi32>
    %y = arith.shrsi %lifted, %top : vector<16xi32>
    %product = arith.muli %x, %y : vector<16xi32>
    %next = arith.addi %sum, %product : vector<16xi32>
    scf.yield %next : vector<16xi32>
  }
  llvm.return %result : vector<16xi32>
}

// acc[i] + sum of s8(a[4i + j]) * s8(b[4i + j]) over j = 0 … 3, modulo 2^32
llvm.func @aarch64.neon.sdot.v4i32.v16i8(%acc: vector<4xi32>, %a: vector<16xi8>, %b: vector<16xi8>) -> vector<4xi32>
    attributes {passthrough = [["target-features", "+dotprod"]]} {
  %from = arith.constant 0 : i32
  %step = arith.constant 8 : i32
  %to = arith.constant 32 : i32
  %top = arith.constant dense<24> : vector<4xi32>
  %a32 = vector.bitcast %a : vector<16xi8> to vector<4xi32>
  %b32 = vector.bitcast %b : vector<16xi8> to vector<4xi32>
  %result = scf.for %bit = %from to %to step %step iter_args(%sum = %acc) -> (vector<4xi32>) : i32 {
    %bits = vector.broadcast %bit : i32 to vector<4xi32>
    %left = arith.subi %top, %bits : vector<4xi32>
    %a_lifted = arith.shli %a32, %left : vector<4xi32>
    %x = arith.shrsi %a_lifted, %top : vector<4xi32>
    %b_lifted = arith.shli %b32, %left : vector<4xi32>
    %y = arith.shrsi %b_lifted, %top : vector<4xi32>
    %product = arith.muli %x, %y : vector<4xi32>
    %next = arith.addi %sum, %product : vector<4xi32>
    scf.yield %next : vector<4xi32>
  }
  llvm.return %result : vector<4xi32>
}

// u8(a[2i]) * s8(b[2i]) + u8(a[2i + 1]) * s8(b[2i + 1]), at least -2^15 and at most 2^15 - 1
llvm.func @x86.avx2.pmadd.ub.sw(%a: vector<32xi8>, %b: vector<32xi8>) -> vector<16xi16>
    attributes {passthrough = [["target-features", "+avx2"]]} {
  %eight = arith.constant dense<8> : vector<16xi16>
  %byte = arith.constant dense<255> : vector<16xi16>
  %a16 = vector.bitcast %a : vector<32xi8> to vector<16xi16>
  %b16 = vector.bitcast %b : vector<32xi8> to vector<16xi16>
  %x0 = arith.andi %a16, %byte : vector<16xi16>
  %x1 = arith.shrui %a16, %eight : vector<16xi16>
  %lifted = arith.shli %b16, %eight : vector<16xi16>
  %y0 = arith.shrsi %lifted, %eight : vector<16xi16>
  %y1 = arith.shrsi %b16, %eight : vector<16xi16>
  %product0 = arith.muli %x0, %y0 : vector<16xi16>
  %product1 = arith.muli %x1, %y1 : vector<16xi16>
  %result = llvm.intr.sadd.sat(%product0, %product1) : (vector<16xi16>, vector<16xi16>) -> vector<16xi16>
  llvm.return %result : vector<16xi16>
}

// s16(a[2i]) * s16(b[2i]) + s16(a[2i + 1]) * s16(b[2i + 1]), modulo 2^32
llvm.func @x86.avx2.pmadd.wd(%a: vector<16xi16>, %b: vector<16xi16>) -> vector<8xi32>
    attributes {passthrough = [["target-features", "+avx2"]]} {
  %word = arith.constant dense<16> : vector<8xi32>
  %a32 = vector.bitcast %a : vector<16xi16> to vector<8xi32>
  %b32 = vector.bitcast %b : vector<16xi16> to vector<8xi32>
  %a_lifted = arith.shli %a32, %word : vector<8xi32>
  %b_lifted = arith.shli %b32, %word : vector<8xi32>
  %x0 = arith.shrsi %a_lifted, %word : vector<8xi32>
  %y0 = arith.shrsi %b_lifted, %word : vector<8xi32>
  %x1 = arith.shrsi %a32, %word : vector<8xi32>
  %y1 = arith.shrsi %b32, %word : vector<8xi32>
  %product0 = arith.muli %x0, %y0 : vector<8xi32>
  %product1 = arith.muli %x1, %y1 : vector<8xi32>
  %result = arith.addi %product0, %product1 : vector<8xi32>
  llvm.return %result : vector<8xi32>
}

// a[i] where b[i] > 0, 0 where b[i] = 0, -a[i] (modulo 2^8) where b[i] < 0
llvm.func @x86.avx2.psign.b(%a: vector<32xi8>, %b: vector<32xi8>) -> vector<32xi8>
    attributes {passthrough = [["target-features", "+avx2"]]} {
  %zero = arith.constant dense<0> : vector<32xi8>
  %is_negative = arith.cmpi slt, %b, %zero : vector<32xi8>
  %is_zero = arith.cmpi eq, %b, %zero : vector<32xi8>
  %negative = arith.subi %zero, %a : vector<32xi8>
  %signed = arith.select %is_negative, %negative, %a : vector<32xi1>, vector<32xi8>
  %result = arith.select %is_zero, %zero, %signed : vector<32xi1>, vector<32xi8>
  llvm.return %result : vector<32xi8>
}

//===----------------------------------------------------------------------===//
// Bytes looked up in tables of 16
//===----------------------------------------------------------------------===//

// result[i] = table[16 (i / 16) + index[i] % 16], or 0 where index[i] has one of the bits `none`; `count` times
llvm.func @look_up(%table: !llvm.ptr, %index: !llvm.ptr, %result: !llvm.ptr, %count: i64, %none: i8) {
  %zero = arith.constant 0 : i8
  %fifteen = arith.constant 15 : i8
  %from = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  %tables = arith.constant -16 : i64
  scf.for %i = %from to %count step %step : i64 {
    %at = llvm.getelementptr %index[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %own = llvm.load %at : !llvm.ptr -> i8
    %low = arith.andi %own, %fifteen : i8
    %entry = arith.extui %low : i8 to i64
    %first = arith.andi %i, %tables : i64
    %place = arith.addi %first, %entry : i64
    %source = llvm.getelementptr %table[%place] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %found = llvm.load %source : !llvm.ptr -> i8
    %bits = arith.andi %own, %none : i8
    %is_none = arith.cmpi ne, %bits, %zero : i8
    %byte = arith.select %is_none, %zero, %found : i8
    %target = llvm.getelementptr %result[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    llvm.store %byte, %target : i8, !llvm.ptr
  }
  llvm.return
}

// table[16 (i / 16) + index[i] % 16], or 0 where index[i] >= 128
llvm.func @x86.avx512.pshuf.b.512(%table: vector<64xi8>, %index: vector<64xi8>) -> vector<64xi8>
    attributes {passthrough = [["target-features", "+avx512bw"]]} {
  %count = arith.constant 64 : i64
  %none = arith.constant 0x80 : i8
  %tables = llvm.alloca %count x i8 {alignment = 64} : (i64) -> !llvm.ptr
  %indices = llvm.alloca %count x i8 {alignment = 64} : (i64) -> !llvm.ptr
  %results = llvm.alloca %count x i8 {alignment = 64} : (i64) -> !llvm.ptr
  llvm.store %table, %tables : vector<64xi8>, !llvm.ptr
  llvm.store %index, %indices : vector<64xi8>, !llvm.ptr
  llvm.call @look_up(%tables, %indices, %results, %count, %none) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i8) -> ()
  %result = llvm.load %results : !llvm.ptr -> vector<64xi8>
  llvm.return %result : vector<64xi8>
}

// table[16 (i / 16) + index[i] % 16], or 0 where index[i] >= 128
llvm.func @x86.avx2.pshuf.b(%table: vector<32xi8>, %index: vector<32xi8>) -> vector<32xi8>
    attributes {passthrough = [["target-features", "+avx2"]]} {
  %count = arith.constant 32 : i64
  %none = arith.constant 0x80 : i8
  %tables = llvm.alloca %count x i8 {alignment = 32} : (i64) -> !llvm.ptr
  %indices = llvm.alloca %count x i8 {alignment = 32} : (i64) -> !llvm.ptr
  %results = llvm.alloca %count x i8 {alignment = 32} : (i64) -> !llvm.ptr
  llvm.store %table, %tables : vector<32xi8>, !llvm.ptr
  llvm.store %index, %indices : vector<32xi8>, !llvm.ptr
  llvm.call @look_up(%tables, %indices, %results, %count, %none) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i8) -> ()
  %result = llvm.load %results : !llvm.ptr -> vector<32xi8>
  llvm.return %result : vector<32xi8>
}

// table[index[i]], or 0 where index[i] >= 16
llvm.func @aarch64.neon.tbl1.v16i8(%table: vector<16xi8>, %index: vector<16xi8>) -> vector<16xi8>
    attributes {passthrough = [["target-features", "+neon"]]} {
  %count = arith.constant 16 : i64
  %none = arith.constant 0xf0 : i8
  %tables = llvm.alloca %count x i8 {alignment = 16} : (i64) -> !llvm.ptr
  %indices = llvm.alloca %count x i8 {alignment = 16} : (i64) -> !llvm.ptr
  %results = llvm.alloca %count x i8 {alignment = 16} : (i64) -> !llvm.ptr
  llvm.store %table, %tables : vector<16xi8>, !llvm.ptr
  llvm.store %index, %indices : vector<16xi8>, !llvm.ptr
  llvm.call @look_up(%tables, %indices, %results, %count, %none) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i8) -> ()
  %result = llvm.load %results : !llvm.ptr -> vector<16xi8>
  llvm.return %result : vector<16xi8>
}

//===----------------------------------------------------------------------===//
// Rounding to bf16
//===----------------------------------------------------------------------===//

// x, but a zero of its sign where it is subnormal
llvm.func @without_subnormals(%x: vector<16xf32>) -> vector<16xf32> {
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %normal = arith.constant dense<0x00800000> : vector<16xf32>
  %magnitude = math.absf %x : vector<16xf32>
  %is_tiny = arith.cmpf olt, %magnitude, %normal : vector<16xf32>
  %none = math.copysign %zero, %x : vector<16xf32>
  %result = arith.select %is_tiny, %none, %x : vector<16xi1>, vector<16xf32>
  llvm.return %result : vector<16xf32>
}

// The nearest bf16s, halves to even; a NaN keeps its upper bits and is a quiet one
llvm.func @to_bf16(%x: vector<16xf32>) -> vector<16xi16> {
  %one = arith.constant dense<1> : vector<16xi32>
  %upper = arith.constant dense<16> : vector<16xi32>
  %half = arith.constant dense<0x7fff> : vector<16xi32>
  %quiet = arith.constant dense<0x40> : vector<16xi32>
  %number = llvm.call @without_subnormals(%x) : (vector<16xf32>) -> vector<16xf32>
  %bits = vector.bitcast %number : vector<16xf32> to vector<16xi32>
  %cut = arith.shrui %bits, %upper : vector<16xi32>
  %last = arith.andi %cut, %one : vector<16xi32>
  %more = arith.addi %half, %last : vector<16xi32>
  %sum = arith.addi %bits, %more : vector<16xi32>
  %rounded = arith.shrui %sum, %upper : vector<16xi32>
  %nan = arith.ori %cut, %quiet : vector<16xi32>
  %is_nan = arith.cmpf uno, %x, %x : vector<16xf32>
  %wide = arith.select %is_nan, %nan, %rounded : vector<16xi1>, vector<16xi32>
  %result = arith.trunci %wide : vector<16xi32> to vector<16xi16>
  llvm.return %result : vector<16xi16>
}

// Those of b, then those of a
llvm.func @x86.avx512bf16.cvtne2ps2bf16.512(%a: vector<16xf32>, %b: vector<16xf32>) -> vector<32xbf16>
    attributes {passthrough = [["target-features", "+avx512bf16"]]} {
  %upper = llvm.call @to_bf16(%a) : (vector<16xf32>) -> vector<16xi16>
  %lower = llvm.call @to_bf16(%b) : (vector<16xf32>) -> vector<16xi16>
  %both = vector.shuffle %lower, %upper [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                         22, 23, 24, 25, 26, 27, 28, 29, 30, 31] : vector<16xi16>, vector<16xi16>
  %result = vector.bitcast %both : vector<32xi16> to vector<32xbf16>
  llvm.return %result : vector<32xbf16>
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

// Where a tile's rows are, one each 64 bytes
llvm.func @tile(%state: !llvm.ptr, %tile: i8) -> !llvm.ptr {
  %bytes = arith.constant 1024 : i64
  %number = arith.extui %tile : i8 to i64
  %offset = arith.muli %number, %bytes : i64
  %result = llvm.getelementptr %state[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  llvm.return %result : !llvm.ptr
}

// How many rows it has: byte 48 + tile of the configuration
llvm.func @tile_rows(%state: !llvm.ptr, %tile: i8) -> i64 {
  %all = llvm.getelementptr %state[8240] : (!llvm.ptr) -> !llvm.ptr, i8
  %own = llvm.getelementptr %all[%tile] : (!llvm.ptr, i8) -> !llvm.ptr, i8
  %rows = llvm.load %own : !llvm.ptr -> i8
  %result = arith.extui %rows : i8 to i64
  llvm.return %result : i64
}

// How many numbers of 4 bytes are in a row: word 8 + tile of the configuration counts their bytes
llvm.func @tile_columns(%state: !llvm.ptr, %tile: i8) -> i64 {
  %two = arith.constant 2 : i64
  %all = llvm.getelementptr %state[8208] : (!llvm.ptr) -> !llvm.ptr, i8
  %own = llvm.getelementptr %all[%tile] : (!llvm.ptr, i8) -> !llvm.ptr, i16
  %bytes = llvm.load %own : !llvm.ptr -> i16
  %wide = arith.extui %bytes : i16 to i64
  %result = arith.shrui %wide, %two : i64
  llvm.return %result : i64
}

// Which numbers of a vector are in a row
llvm.func @tile_mask(%state: !llvm.ptr, %tile: i8) -> vector<16xi1> {
  %columns = llvm.call @tile_columns(%state, %tile) : (!llvm.ptr, i8) -> i64
  %narrow = arith.trunci %columns : i64 to i32
  %count = vector.broadcast %narrow : i32 to vector<16xi32>
  %column = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
  %result = arith.cmpi slt, %column, %count : vector<16xi32>
  llvm.return %result : vector<16xi1>
}

// Makes 64 bytes `count` times 0
llvm.func @clear(%lines: !llvm.ptr, %count: i64) {
  %zero = arith.constant dense<0> : vector<16xi32>
  %from = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  scf.for %i = %from to %count step %step : i64 {
    %at = llvm.getelementptr %lines[%i] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xi32>
    llvm.store %zero, %at {alignment = 64} : vector<16xi32>, !llvm.ptr
  }
  llvm.return
}

// configuration = 64 bytes of memory; tiles = 0
llvm.func @x86.ldtilecfg(%state: !llvm.ptr, %memory: !llvm.ptr)
    attributes {passthrough = [["target-features", "+amx-tile"]]} {
  %lines = arith.constant 128 : i64
  llvm.call @clear(%state, %lines) : (!llvm.ptr, i64) -> ()
  %own = llvm.getelementptr %state[8192] : (!llvm.ptr) -> !llvm.ptr, i8
  %configuration = llvm.load %memory {alignment = 1} : !llvm.ptr -> vector<16xi32>
  llvm.store %configuration, %own {alignment = 64} : vector<16xi32>, !llvm.ptr
  llvm.return
}

// configuration = 0; tiles = 0
llvm.func @x86.tilerelease(%state: !llvm.ptr) attributes {passthrough = [["target-features", "+amx-tile"]]} {
  %lines = arith.constant 129 : i64
  llvm.call @clear(%state, %lines) : (!llvm.ptr, i64) -> ()
  llvm.return
}

// tile = 0
llvm.func @x86.tilezero(%state: !llvm.ptr, %tile: i8) attributes {passthrough = [["target-features", "+amx-tile"]]} {
  %lines = arith.constant 16 : i64
  %rows = llvm.call @tile(%state, %tile) : (!llvm.ptr, i8) -> !llvm.ptr
  llvm.call @clear(%rows, %lines) : (!llvm.ptr, i64) -> ()
  llvm.return
}

// tile[r][c] = memory[r stride + c] in its rows and columns, 0 elsewhere
llvm.func @x86.tileloadd64(%state: !llvm.ptr, %tile: i8, %memory: !llvm.ptr, %stride: i64)
    attributes {passthrough = [["target-features", "+amx-tile"]]} {
  %zero = arith.constant dense<0> : vector<16xi32>
  %from = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  llvm.call @x86.tilezero(%state, %tile) : (!llvm.ptr, i8) -> ()
  %lines = llvm.call @tile(%state, %tile) : (!llvm.ptr, i8) -> !llvm.ptr
  %rows = llvm.call @tile_rows(%state, %tile) : (!llvm.ptr, i8) -> i64
  %mask = llvm.call @tile_mask(%state, %tile) : (!llvm.ptr, i8) -> vector<16xi1>
  scf.for %r = %from to %rows step %step : i64 {
    %offset = arith.muli %r, %stride : i64
    %source = llvm.getelementptr %memory[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %row = llvm.intr.masked.load %source, %mask, %zero {alignment = 1 : i32}
        : (!llvm.ptr, vector<16xi1>, vector<16xi32>) -> vector<16xi32>
    %target = llvm.getelementptr %lines[%r] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xi32>
    llvm.store %row, %target {alignment = 64} : vector<16xi32>, !llvm.ptr
  }
  llvm.return
}

// memory[r stride + c] = tile[r][c] in its rows and columns
llvm.func @x86.tilestored64(%state: !llvm.ptr, %tile: i8, %memory: !llvm.ptr, %stride: i64)
    attributes {passthrough = [["target-features", "+amx-tile"]]} {
  %from = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  %lines = llvm.call @tile(%state, %tile) : (!llvm.ptr, i8) -> !llvm.ptr
  %rows = llvm.call @tile_rows(%state, %tile) : (!llvm.ptr, i8) -> i64
  %mask = llvm.call @tile_mask(%state, %tile) : (!llvm.ptr, i8) -> vector<16xi1>
  scf.for %r = %from to %rows step %step : i64 {
    %source = llvm.getelementptr %lines[%r] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xi32>
    %row = llvm.load %source {alignment = 64} : !llvm.ptr -> vector<16xi32>
    %offset = arith.muli %r, %stride : i64
    %target = llvm.getelementptr %memory[%offset] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    llvm.intr.masked.store %row, %target, %mask {alignment = 1 : i32} : vector<16xi32>, vector<16xi1> into !llvm.ptr
  }
  llvm.return
}

// a + b as with the flags DAZ and FTZ: subnormal numbers are 0 before and after. Such a sum is never rounded.
llvm.func @add_flushed(%a: vector<16xf32>, %b: vector<16xf32>) -> vector<16xf32> {
  %x = llvm.call @without_subnormals(%a) : (vector<16xf32>) -> vector<16xf32>
  %y = llvm.call @without_subnormals(%b) : (vector<16xf32>) -> vector<16xf32>
  %sum = arith.addf %x, %y : vector<16xf32>
  %result = llvm.call @without_subnormals(%sum) : (vector<16xf32>) -> vector<16xf32>
  llvm.return %result : vector<16xf32>
}

// a b + c as with these flags: 0 with the sign of the result where that would be below 2^-126 if it were rounded to 24
// bits there too. Multiplied by 2^24, it is.
llvm.func @fma_flushed(%a: vector<16xf32>, %b: vector<16xf32>, %c: vector<16xf32>) -> vector<16xf32> {
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %scale = arith.constant dense<0x4b800000> : vector<16xf32>
  %normal = arith.constant dense<0x0c800000> : vector<16xf32>
  %x = llvm.call @without_subnormals(%a) : (vector<16xf32>) -> vector<16xf32>
  %y = llvm.call @without_subnormals(%b) : (vector<16xf32>) -> vector<16xf32>
  %z = llvm.call @without_subnormals(%c) : (vector<16xf32>) -> vector<16xf32>
  %sum = math.fma %x, %y, %z : vector<16xf32>
  %x_scaled = arith.mulf %x, %scale : vector<16xf32>
  %z_scaled = arith.mulf %z, %scale : vector<16xf32>
  %scaled = math.fma %x_scaled, %y, %z_scaled : vector<16xf32>
  %magnitude = math.absf %scaled : vector<16xf32>
  %is_tiny = arith.cmpf olt, %magnitude, %normal : vector<16xf32>
  %none = math.copysign %zero, %sum : vector<16xf32>
  %result = arith.select %is_tiny, %none, %sum : vector<16xi1>, vector<16xf32>
  llvm.return %result : vector<16xf32>
}

// sum[m][n] += (sum over k of a[m][2k] * b[k][2n]) + (sum over k of a[m][2k + 1] * b[k][2n + 1]), factors of bf16: each
// sum over k from 0 on by a chain of fma, all with the flags DAZ and FTZ. Nothing reads what is behind a row's columns.
llvm.func @x86.tdpbf16ps(%state: !llvm.ptr, %sum: i8, %a: i8, %b: i8)
    attributes {passthrough = [["target-features", "+amx-bf16"]]} {
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %upper = arith.constant dense<16> : vector<16xi32>
  %odd_bits = arith.constant dense<0xffff0000> : vector<16xi32>
  %from = arith.constant 0 : i64
  %step = arith.constant 1 : i64
  %sums = llvm.call @tile(%state, %sum) : (!llvm.ptr, i8) -> !llvm.ptr
  %as = llvm.call @tile(%state, %a) : (!llvm.ptr, i8) -> !llvm.ptr
  %bs = llvm.call @tile(%state, %b) : (!llvm.ptr, i8) -> !llvm.ptr
  %rows = llvm.call @tile_rows(%state, %sum) : (!llvm.ptr, i8) -> i64
  %pairs = llvm.call @tile_columns(%state, %a) : (!llvm.ptr, i8) -> i64
  scf.for %m = %from to %rows step %step : i64 {
    %a_row = llvm.getelementptr %as[%m] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xi32>
    %parts:2 = scf.for %k = %from to %pairs step %step iter_args(%even = %zero, %odd = %zero)
        -> (vector<16xf32>, vector<16xf32>) : i64 {
      %a_at = llvm.getelementptr %a_row[%k] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      %a_pair = llvm.load %a_at : !llvm.ptr -> i32
      %x = vector.broadcast %a_pair : i32 to vector<16xi32>
      %b_at = llvm.getelementptr %bs[%k] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xi32>
      %y = llvm.load %b_at {alignment = 64} : !llvm.ptr -> vector<16xi32>
      %x0_bits = arith.shli %x, %upper : vector<16xi32>
      %y0_bits = arith.shli %y, %upper : vector<16xi32>
      %x1_bits = arith.andi %x, %odd_bits : vector<16xi32>
      %y1_bits = arith.andi %y, %odd_bits : vector<16xi32>
      %x0 = vector.bitcast %x0_bits : vector<16xi32> to vector<16xf32>
      %y0 = vector.bitcast %y0_bits : vector<16xi32> to vector<16xf32>
      %x1 = vector.bitcast %x1_bits : vector<16xi32> to vector<16xf32>
      %y1 = vector.bitcast %y1_bits : vector<16xi32> to vector<16xf32>
      %next_even = llvm.call @fma_flushed(%x0, %y0, %even)
          : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
      %next_odd = llvm.call @fma_flushed(%x1, %y1, %odd)
          : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
      scf.yield %next_even, %next_odd : vector<16xf32>, vector<16xf32>
    }
    %both = llvm.call @add_flushed(%parts#0, %parts#1) : (vector<16xf32>, vector<16xf32>) -> vector<16xf32>
    %at = llvm.getelementptr %sums[%m] : (!llvm.ptr, i64) -> !llvm.ptr, vector<16xf32>
    %old = llvm.load %at {alignment = 64} : !llvm.ptr -> vector<16xf32>
    %new = llvm.call @add_flushed(%old, %both) : (vector<16xf32>, vector<16xf32>) -> vector<16xf32>
    llvm.store %new, %at {alignment = 64} : vector<16xf32>, !llvm.ptr
  }
  llvm.return
}
