// RUN: emel-opt --emel-fuse-rows %s | FileCheck %s

// A norm and what follows it row by row are one group, with every value that others use.
// CHECK-LABEL: @rows
// CHECK: emel.fuse {{.*}} -> tensor<?x64xf32>, tensor<?x2xi32>
// CHECK: emel.rms_norm
// CHECK-NEXT: emel.softmax
// CHECK-NEXT: emel.top_k
// CHECK-NEXT: emel.yield
func.func @rows(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x2xi32>) {
  %n = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x64xf32>
  %p = emel.softmax %n : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %k = emel.top_k %p k 2 : (tensor<?x64xf32>) -> tensor<?x2xi32>
  return %n, %k : tensor<?x64xf32>, tensor<?x2xi32>
}

// Choosing rows needs all of them, so it does not join what computes them.
// CHECK-LABEL: @choice
// CHECK-NOT: emel.fuse
func.func @choice(%x: tensor<?x64xf32>, %ids: tensor<?xi32>) -> tensor<?x64xf32> {
  %n = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x64xf32>
  %y = emel.get_rows %n, %ids : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
