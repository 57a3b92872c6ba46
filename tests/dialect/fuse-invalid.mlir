// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<?xf32>) -> tensor<4xf32> {
  // expected-error @below {{'emel.fuse' op (C1) expected results of the types that its body yields, ('tensor<?xf32>'), found ('tensor<4xf32>')}}
  %h = emel.fuse "f" -> tensor<4xf32> {
    emel.yield %x : tensor<?xf32>
  }
  return %h : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{'emel.fuse' op (C1) expected results}}
  %h = emel.fuse "f" -> tensor<?xf32> {
    emel.yield
  }
  return %h : tensor<?xf32>
}

// -----

func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'emel.fuse' op (C2) cannot hold 'arith.addf'}}
  emel.fuse "f" {
    %y = arith.addf %x, %x : tensor<?xf32>
    emel.yield
  }
  return
}

// -----

func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'emel.fuse' op (C2) cannot hold 'emel.fuse'}}
  emel.fuse "f" {
    emel.fuse "g" {
      emel.yield
    }
    emel.yield
  }
  return
}

// -----

func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'emel.fuse' op expects a non-empty block}}
  emel.fuse "f" {}
  return
}

// -----

func.func @f() {
  // expected-error @below {{'emel.fuse' op expects region #0 to have 0 or 1 blocks}}
  "emel.fuse"() <{name = "f"}> ({
    emel.yield
  ^bb1:
    emel.yield
  }) : () -> ()
  return
}

// -----

func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'emel.yield' op expects parent op 'emel.fuse'}}
  emel.yield %x : tensor<?xf32>
}
