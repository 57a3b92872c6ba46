// RUN: emel-opt %s --canonicalize | FileCheck %s

// Nothing moves.
// CHECK-LABEL: func.func @reshape_to_the_same(
// CHECK-NEXT: return %arg0 :
func.func @reshape_to_the_same(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.reshape %x : tensor<?x64xf32> to tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Only the last of two shapes matters.
// CHECK-LABEL: func.func @reshape_of_reshape(
// CHECK-NEXT: %[[Y:.*]] = emel.reshape %arg0 : tensor<?x64xf32> to tensor<?x4x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @reshape_of_reshape(%x: tensor<?x64xf32>) -> tensor<?x4x16xf32> {
  %n = emel.reshape %x : tensor<?x64xf32> to tensor<?x8x8xf32>
  %y = emel.reshape %n : tensor<?x8x8xf32> to tensor<?x4x16xf32>
  return %y : tensor<?x4x16xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @reshape_and_back(
// CHECK-NEXT: return %arg0 :
func.func @reshape_and_back(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.reshape %x : tensor<?x64xf32> to tensor<?x8x8xf32>
  %y = emel.reshape %n : tensor<?x8x8xf32> to tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @permute_nothing(
// CHECK-NEXT: return %arg0 :
func.func @permute_nothing(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.permute %x [0, 1] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Two orders are one.
// CHECK-LABEL: func.func @permute_of_permute(
// CHECK-NEXT: %[[Y:.*]] = emel.permute %arg0 [1, 0, 2]
// CHECK-NEXT: return %[[Y]]
func.func @permute_of_permute(%x: tensor<2x3x4xf32>) -> tensor<3x2x4xf32> {
  %n = emel.permute %x [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %y = emel.permute %n [2, 1, 0] : (tensor<4x2x3xf32>) -> tensor<3x2x4xf32>
  return %y : tensor<3x2x4xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @permute_and_back(
// CHECK-NEXT: return %arg0 :
func.func @permute_and_back(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.permute %x [1, 0] : (tensor<?x64xf32>) -> tensor<64x?xf32>
  %y = emel.permute %n [1, 0] : (tensor<64x?xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @slice_all(
// CHECK-NEXT: return %arg0 :
func.func @slice_all(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.slice %x dim 1 from 0 size 64 : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Two ranges of a dimension are one.
// CHECK-LABEL: func.func @slice_of_slice(
// CHECK-NEXT: %[[Y:.*]] = emel.slice %arg0 dim 1 from 24 size 4
// CHECK-NEXT: return %[[Y]]
func.func @slice_of_slice(%x: tensor<?x64xf32>) -> tensor<?x4xf32> {
  %n = emel.slice %x dim 1 from 16 size 32 : (tensor<?x64xf32>) -> tensor<?x32xf32>
  %y = emel.slice %n dim 1 from 8 size 4 : (tensor<?x32xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Ranges of two dimensions stay.
// CHECK-LABEL: func.func @slice_of_another_dimension(
// CHECK-COUNT-2: emel.slice
func.func @slice_of_another_dimension(%x: tensor<8x64xf32>) -> tensor<2x4xf32> {
  %n = emel.slice %x dim 0 from 2 size 2 : (tensor<8x64xf32>) -> tensor<2x64xf32>
  %y = emel.slice %n dim 1 from 8 size 4 : (tensor<2x64xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// A slice of a join is one of the input that it lies in.
// CHECK-LABEL: func.func @slice_of_concat(
// CHECK-NEXT: %[[Y:.*]] = emel.slice %arg1 dim 1 from 8 size 8
// CHECK-NEXT: return %[[Y]]
func.func @slice_of_concat(%x: tensor<?x64xf32>, %b: tensor<?x32xf32>) -> tensor<?x8xf32> {
  %n = emel.concat %x, %b dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
  %y = emel.slice %n dim 1 from 72 size 8 : (tensor<?x96xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Or that input itself.
// CHECK-LABEL: func.func @slice_is_an_input(
// CHECK-NEXT: return %arg1 :
func.func @slice_is_an_input(%x: tensor<?x64xf32>, %b: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %n = emel.concat %x, %b dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
  %y = emel.slice %n dim 1 from 64 size 32 : (tensor<?x96xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Across two inputs it stays.
// CHECK-LABEL: func.func @slice_across_inputs(
// CHECK: emel.concat
// CHECK-NEXT: emel.slice
func.func @slice_across_inputs(%x: tensor<?x64xf32>, %b: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %n = emel.concat %x, %b dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
  %y = emel.slice %n dim 1 from 48 size 32 : (tensor<?x96xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// An input whose shape says less than the join stays, so that types do.
// CHECK-LABEL: func.func @slice_of_a_vaguer_input(
// CHECK: emel.concat
// CHECK-NEXT: emel.slice
func.func @slice_of_a_vaguer_input(%x: tensor<?x4xf32>, %b: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %n = emel.concat %x, %b dim 1 : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<3x8xf32>
  %y = emel.slice %n dim 1 from 1 size 2 : (tensor<3x8xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @concat_one(
// CHECK-NEXT: return %arg0 :
func.func @concat_one(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.concat %x dim 0 : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// The slices of all of a tensor, joined, are the tensor.
// CHECK-LABEL: func.func @concat_of_all_slices(
// CHECK-NEXT: return %arg0 :
func.func @concat_of_all_slices(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %a = emel.slice %x dim 1 from 0 size 40 : (tensor<?x64xf32>) -> tensor<?x40xf32>
  %b = emel.slice %x dim 1 from 40 size 24 : (tensor<?x64xf32>) -> tensor<?x24xf32>
  %y = emel.concat %a, %b dim 1 : (tensor<?x40xf32>, tensor<?x24xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// In another order they are not.
// CHECK-LABEL: func.func @concat_of_swapped_slices(
// CHECK: emel.concat
func.func @concat_of_swapped_slices(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %a = emel.slice %x dim 1 from 0 size 32 : (tensor<?x64xf32>) -> tensor<?x32xf32>
  %b = emel.slice %x dim 1 from 32 size 32 : (tensor<?x64xf32>) -> tensor<?x32xf32>
  %y = emel.concat %b, %a dim 1 : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @repeat_once(
// CHECK-NEXT: return %arg0 :
func.func @repeat_once(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.repeat %x [1, 1] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @pad_nothing(
// CHECK-NEXT: return %arg0 :
func.func @pad_nothing(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.pad reflect %x low [0, 0] high [0, 0] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @roll_nothing(
// CHECK-NEXT: return %arg0 :
func.func @roll_nothing(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.roll %x by [0, 0] : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Nothing moves.
// CHECK-LABEL: func.func @unpack_of_pack(
// CHECK-NEXT: return %arg0 :
func.func @unpack_of_pack(%x: tensor<64x256x!emel.q4_k>) -> tensor<64x256x!emel.q4_k> {
  %p = emel.pack %x : tensor<64x256x!emel.q4_k> to tensor<64x256x!emel.q4_k, #emel.layout<r16>>
  %y = emel.unpack %p : tensor<64x256x!emel.q4_k, #emel.layout<r16>> to tensor<64x256x!emel.q4_k>
  return %y : tensor<64x256x!emel.q4_k>
}

// Nothing moves.
// CHECK-LABEL: func.func @pack_of_unpack(
// CHECK-NEXT: return %arg0 :
func.func @pack_of_unpack(%x: tensor<64x256x!emel.q4_k, #emel.layout<r16>>) -> tensor<64x256x!emel.q4_k, #emel.layout<r16>> {
  %p = emel.unpack %x : tensor<64x256x!emel.q4_k, #emel.layout<r16>> to tensor<64x256x!emel.q4_k>
  %y = emel.pack %p : tensor<64x256x!emel.q4_k> to tensor<64x256x!emel.q4_k, #emel.layout<r16>>
  return %y : tensor<64x256x!emel.q4_k, #emel.layout<r16>>
}

// From one layout to another it stays.
// CHECK-LABEL: func.func @pack_into_another_layout(
// CHECK: emel.unpack
// CHECK-NEXT: emel.pack
func.func @pack_into_another_layout(%x: tensor<16x16xf32, #emel.layout<r16>>) -> tensor<16x16xf32, #emel.layout<row_major>> {
  %p = emel.unpack %x : tensor<16x16xf32, #emel.layout<r16>> to tensor<16x16xf32>
  %y = emel.pack %p : tensor<16x16xf32> to tensor<16x16xf32, #emel.layout<row_major>>
  return %y : tensor<16x16xf32, #emel.layout<row_major>>
}
