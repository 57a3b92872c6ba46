// RUN: emel-opt --emel-group-experts %s | FileCheck %s
// RUN: emel-opt --emel-group-experts --emel-group-experts %s | FileCheck %s
// RUN: emel-opt --emel-group-experts --mlir-print-debuginfo %s | FileCheck %s --check-prefix=ORIGIN

emel.shard @shard "model.gguf" bytes 98304
emel.weight @gate : tensor<8x24x32xf32> in @shard at 0 bytes 24576
emel.weight @up : tensor<8x24x32xf32> in @shard at 24576 bytes 24576
emel.weight @down : tensor<8x32x24xf32> in @shard at 49152 bytes 24576

// Products with the same ids share one order.
// CHECK-LABEL: func.func @prefill
// CHECK: %[[IDS:.*]] = emel.top_k
// CHECK-NEXT: %[[ORDER:.*]], %[[STARTS:.*]] = emel.group_experts %[[IDS]] experts 8
// CHECK-COUNT-3: emel.matmul_id {{.*}}, %[[IDS]] grouped(%[[ORDER]], %[[STARTS]])
// CHECK-NOT: emel.group_experts
// ORIGIN: emel.group_experts {{.*}} loc(#[[CHOICE:.*]])
// ORIGIN: #[[CHOICE]] = loc("choice")
func.func @prefill(%x: tensor<?x32xf32>, %router: tensor<?x8xf32>) -> tensor<?x2x32xf32> {
  %gate = emel.get_weight @gate : tensor<8x24x32xf32>
  %up = emel.get_weight @up : tensor<8x24x32xf32>
  %down = emel.get_weight @down : tensor<8x32x24xf32>
  %ids = emel.top_k %router k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32> loc("choice")
  %g = emel.matmul_id %x, %gate, %ids : (tensor<?x32xf32>, tensor<8x24x32xf32>, tensor<?x2xi32>) -> tensor<?x2x24xf32>
  %u = emel.matmul_id %x, %up, %ids : (tensor<?x32xf32>, tensor<8x24x32xf32>, tensor<?x2xi32>) -> tensor<?x2x24xf32>
  %h = emel.glu swiglu %g, %u : tensor<?x2x24xf32>
  %y = emel.matmul_id %h, %down, %ids : (tensor<?x2x24xf32>, tensor<8x32x24xf32>, tensor<?x2xi32>) -> tensor<?x2x32xf32>
  return %y : tensor<?x2x32xf32>
}

// A token alone has nothing to share.
// CHECK-LABEL: func.func @decode
// CHECK-NOT: grouped
func.func @decode(%x: tensor<1x32xf32>, %ids: tensor<1x2xi32>) -> tensor<1x2x24xf32> {
  %gate = emel.get_weight @gate : tensor<8x24x32xf32>
  %g = emel.matmul_id %x, %gate, %ids : (tensor<1x32xf32>, tensor<8x24x32xf32>, tensor<1x2xi32>) -> tensor<1x2x24xf32>
  return %g : tensor<1x2x24xf32>
}

// Ids may come from outside.
// CHECK-LABEL: func.func @chosen
// CHECK-SAME: %[[GIVEN:[^:]*]]: tensor<?x2xi32>
// CHECK-NEXT: emel.group_experts %[[GIVEN]]
func.func @chosen(%ids: tensor<?x2xi32>, %x: tensor<?x32xf32>) -> tensor<?x2x24xf32> {
  %gate = emel.get_weight @gate : tensor<8x24x32xf32>
  %g = emel.matmul_id %x, %gate, %ids : (tensor<?x32xf32>, tensor<8x24x32xf32>, tensor<?x2xi32>) -> tensor<?x2x24xf32>
  return %g : tensor<?x2x24xf32>
}
