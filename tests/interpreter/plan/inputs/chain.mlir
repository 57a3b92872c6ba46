module attributes {emel.model = {architecture = "llama", context = 64 : i64, vocab = 8 : i64}} {
  plan.arena shared @arena bytes 512 align 64
  plan.arena worker @scratch bytes 128 align 64
  plan.arena caller @out bytes 128 align 64

  plan.kernel @embed(%ids: tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
    %t = arith.constant dense<[[-0.524, 0.088, -0.260, 0.208, 0.251, -0.869, -0.974, 0.675], [-0.481, -0.531, 0.991, -0.059, 0.673, -0.047, 0.278, -0.699], [0.270, 0.736, 0.046, 0.483, 0.343, -0.872, 0.516, 0.182], [-0.397, -0.938, 0.731, -0.055, 0.438, 0.758, 0.428, 0.842], [-0.210, 0.602, -0.111, 0.871, 0.758, -0.805, -0.728, -0.566], [0.931, -0.128, 0.253, -0.398, 0.014, -0.228, -0.298, 0.170], [0.169, 0.808, 0.364, 0.858, 0.713, 0.982, 0.343, -0.674], [0.721, 0.929, 0.809, 0.138, 0.428, -0.578, 0.663, 0.147]]> : tensor<8x8xf32>
    %x = emel.get_rows %t, %ids : (tensor<8x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    %y = emel.unary silu %x : tensor<?x8xf32>
    plan.return %x, %y : tensor<?x8xf32>, tensor<?x8xf32>
  }
  plan.kernel @norm(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %w = arith.constant dense<1.5> : tensor<8xf32>
    %y = emel.rms_norm %x weight %w eps 1.0E-5 : tensor<?x8xf32>, tensor<8xf32>
    plan.return %y : tensor<?x8xf32>
  }
  plan.kernel @project(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %w = arith.constant dense<[[-0.430, -0.873, 0.708, 0.980, -0.823, 0.601, -0.179, -0.698], [-0.412, 0.538, 0.746, -0.912, 0.229, -0.910, 0.437, -0.338], [0.762, 0.961, 0.011, 0.997, -0.381, -0.846, 0.200, -0.937], [-0.605, -0.184, 0.221, -0.688, -0.915, 0.736, -0.372, 0.917], [0.793, -0.244, -0.079, 0.040, 0.288, 0.191, 0.119, 0.240], [0.881, 0.014, -0.138, 0.441, -0.525, -0.398, 0.956, 0.042], [0.097, -0.977, -0.170, 0.160, -0.960, 0.232, 0.264, -0.880], [0.255, -0.067, 0.359, -0.295, 0.414, 0.476, -0.956, -0.879]]> : tensor<8x8xf32>
    %y = emel.matmul %x, %w : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
    plan.return %y : tensor<?x8xf32>
  }
  plan.kernel @store(%x: tensor<?x8xf32>, %at: tensor<?xi32>, %in: tensor<?xi32>, %kv: !emel.kv<4x2x2xf32>) -> !emel.kv<4x2x2xf32> {
    %rows = emel.reshape %x : tensor<?x8xf32> to tensor<?x4x2xf32>
    %new = emel.kv_write %kv, %rows, %rows at %at in %in
        : (!emel.kv<4x2x2xf32>, tensor<?x4x2xf32>, tensor<?x4x2xf32>, tensor<?xi32>, tensor<?xi32>) -> !emel.kv<4x2x2xf32>
    plan.return %new : !emel.kv<4x2x2xf32>
  }
  plan.kernel @attend(%x: tensor<?x8xf32>, %at: tensor<?xi32>, %in: tensor<?xi32>, %kv: !emel.kv<4x2x2xf32>) -> tensor<?x8xf32> {
    %rows = emel.reshape %x : tensor<?x8xf32> to tensor<?x4x2xf32>
    %y = emel.attention %rows, %kv at %at in %in {scale = 1.0 : f32}
        : (tensor<?x4x2xf32>, !emel.kv<4x2x2xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x4x2xf32>
    %z = emel.reshape %y : tensor<?x4x2xf32> to tensor<?x8xf32>
    plan.return %z : tensor<?x8xf32>
  }
  plan.kernel @add(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %z = emel.add %x, %y : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    plan.return %z : tensor<?x8xf32>
  }
  plan.kernel @gate(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %y = emel.unary gelu %x : tensor<?x8xf32>
    plan.return %y : tensor<?x8xf32>
  }
  plan.kernel @logits(%x: tensor<?x8xf32>, %rows: tensor<?xi32>) -> tensor<?x8xf32> {
    %y = emel.get_rows %x, %rows : (tensor<?x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    %w = arith.constant dense<[[0.352, 0.927, -0.498, -0.087, 0.185, -0.360, -0.272, -0.375], [-0.262, 0.191, -0.399, -0.246, 0.545, -0.946, 0.139, 0.470], [-0.380, -0.555, 0.608, -0.523, -0.625, -0.130, 0.396, -0.796], [-0.356, -0.332, 0.667, -0.123, 0.711, -0.661, -0.327, 0.300], [0.770, -0.098, -0.550, -0.758, 0.059, -0.618, 0.614, 0.677], [-0.633, -0.443, 0.614, 0.284, 0.613, -0.309, -0.741, -0.416], [0.588, -0.458, -0.307, -0.166, -0.160, -0.181, 0.841, -0.688], [-0.991, 0.887, 0.760, 0.974, -0.131, 0.900, 0.855, -0.556]]> : tensor<8x8xf32>
    %z = emel.matmul %y, %w : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
    plan.return %z : tensor<?x8xf32>
  }

  // By rows: a worker goes on with its own rows, from the embedding to the projection. By heads: it attends with the
  // heads that it stored. Results lie over what is used up.
  plan.entry @few(%tokens: tensor<?xi32>, %at: tensor<?xi32>, %in: tensor<?xi32>, %rows: tensor<?xi32>, %kv: !emel.kv<4x2x2xf32>)
      -> (tensor<?x8xf32>, !emel.kv<4x2x2xf32>) attributes {emel.entry = {tokens = 4 : i64, rows = 4 : i64}} {
    %x, %s = plan.launch owner @embed(%tokens) extents ["n", "n"] tiles [#plan.tile<[0] by [1]>, #plan.tile<[0] by [1]>]
        places [#plan.place<@arena at 0 bytes 128>, #plan.place<@arena at 128 bytes 128>] : (tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x8xf32>)
    plan.barrier
    %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [1]>]
        places [#plan.place<@arena at 256 bytes 128>] : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %g = plan.launch owner @gate(%a) extents ["n"] tiles [#plan.tile<[0] by [1]>]
        places [#plan.place<@arena at 256 bytes 128>] : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %q = plan.launch owner @project(%g) extents ["n"] tiles [#plan.tile<[0] by [1]>]
        places [#plan.place<@arena at 384 bytes 128>] : (tensor<?x8xf32>) -> tensor<?x8xf32>
    plan.barrier
    %new = plan.launch owner @store(%q, %at, %in, %kv) tiles [#plan.tile<[0] by [1]>] places [unit]
        : (tensor<?x8xf32>, tensor<?xi32>, tensor<?xi32>, !emel.kv<4x2x2xf32>) -> !emel.kv<4x2x2xf32>
    %o = plan.launch owner @attend(%q, %at, %in, %new) extents ["n"] tiles [#plan.tile<[1] by [2]>]
        places [#plan.place<@arena at 256 bytes 128>] : (tensor<?x8xf32>, tensor<?xi32>, tensor<?xi32>, !emel.kv<4x2x2xf32>) -> tensor<?x8xf32>
    %r = plan.launch owner @add(%s, %o) extents ["n"] tiles [#plan.tile<[1] by [2]>]
        places [#plan.place<@arena at 128 bytes 128>] : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    plan.barrier
    %c = plan.launch each @norm(%r) extents ["n"] tiles [#plan.tile<[] by []>]
        places [#plan.place<@scratch at 0 bytes 128>] : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %p = plan.launch dynamic @project(%c) extents ["n"] tiles [#plan.tile<[0, 1] by [2, 4]>]
        places [#plan.place<@arena at 384 bytes 128>] : (tensor<?x8xf32>) -> tensor<?x8xf32>
    plan.barrier
    %z = plan.launch owner @add(%x, %p) extents ["n"] tiles [#plan.tile<[0, 1] by [1, 4]>]
        places [#plan.place<@arena at 0 bytes 128>] : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    plan.barrier
    %out = plan.launch owner @logits(%z, %rows) extents ["m"] tiles [#plan.tile<[1] by [2]>]
        places [#plan.place<@out at 0 bytes 128>] : (tensor<?x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    plan.return %out, %new : tensor<?x8xf32>, !emel.kv<4x2x2xf32>
  }
}
