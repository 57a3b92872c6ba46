// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{(D1) expected 'emel.dims' to name each unknown dimension of 'tensor<?x4xf32>', found ["n", "m"]}}
func.func private @too_many(tensor<?x4xf32> {emel.dims = ["n", "m"]})

// -----

// expected-error @+1 {{(D1) expected 'emel.dims' to name each unknown dimension of 'i32', found []}}
func.func private @no_tensor() -> (i32 {emel.dims = []})

// -----

// expected-error @+1 {{has no use for attribute 'emel.name'}}
func.func private @other(tensor<4xf32> {emel.name = "x"})
