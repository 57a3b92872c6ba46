// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

// A group computes what its ops do without it, and hands out more than one value.
func.func @two_results() -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %x = arith.constant dense<[[1.0, -2.0], [3.0, 0.5]]> : tensor<2x2xf32>
  %both:2 = emel.fuse "pair" -> tensor<2x2xf32>, tensor<2x2xf32> {
    %y = emel.unary relu %x : tensor<2x2xf32>
    %z = emel.add %y, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    emel.yield %y, %z : tensor<2x2xf32>, tensor<2x2xf32>
  }
  return %both#0, %both#1 : tensor<2x2xf32>, tensor<2x2xf32>
}
// CHECK: @two_results
// CHECK-NEXT: 1 0
// CHECK-NEXT: 3 0.5
// CHECK-NEXT: 2 -2
// CHECK-NEXT: 6 1

func.func @passes_on() -> tensor<2xi32> {
  %ids = arith.constant dense<[4, 2]> : tensor<2xi32>
  %same = emel.fuse "nothing" -> tensor<2xi32> {
    emel.yield %ids : tensor<2xi32>
  }
  return %same : tensor<2xi32>
}
// CHECK-NEXT: @passes_on
// CHECK-NEXT: 4 2

// One group feeds the next, and a constant lies inside.
func.func @in_a_row() -> tensor<2xf32> {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = emel.fuse "first" -> tensor<2xf32> {
    %c = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
    %r = emel.mul %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    emel.yield %r : tensor<2xf32>
  }
  %z = emel.fuse "second" -> tensor<2xf32> {
    %r = emel.sub %y, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    emel.yield %r : tensor<2xf32>
  }
  return %z : tensor<2xf32>
}
// CHECK-NEXT: @in_a_row
// CHECK-NEXT: 9 38

func.func @writes_a_state(%kv: !emel.kv<1x2x1xf32>) -> !emel.kv<1x2x1xf32> {
  %k = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %v = arith.constant dense<[[[3.0]]]> : tensor<1x1x1xf32>
  %at = arith.constant dense<[0]> : tensor<1xi32>
  %r = emel.fuse "write" -> !emel.kv<1x2x1xf32> {
    %double = emel.scale %k by 2.000000e+00 plus 0.000000e+00 : tensor<1x1x2xf32>
    %w = emel.kv_write %kv, %double, %v at %at in %at : (!emel.kv<1x2x1xf32>, tensor<1x1x2xf32>, tensor<1x1x1xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<1x2x1xf32>
    emel.yield %w : !emel.kv<1x2x1xf32>
  }
  return %r : !emel.kv<1x2x1xf32>
}
// CHECK-NEXT: @writes_a_state
// CHECK-NEXT: slot 0 position 0: 2 4 -> 3
// CHECK-NOT: {{.}}
