// Every pass of the project, in the order in which a pipeline runs them. docs/passes.md is made from
// these descriptions and from the tests; how far a pass may change numbers stands in Bounds.inc.

include "mlir/Pass/PassBase.td"

def Simplify : Pass<"emel-simplify", "::mlir::ModuleOp"> {
  let summary = "Canonicalises and removes common subexpressions, keeping origins";
  let description = [{
    The same rewrites as `--canonicalize --cse`. An op that takes the place of others also takes the union
    of their origins, so that every tensor of the import can still be traced. What nothing uses goes, and is recorded.

    Counts the `ops` that are gone.
  }];
}

def DropDeadWeights : Pass<"emel-drop-dead-weights", "::mlir::ModuleOp"> {
  let summary = "Drops weights that no op reads, and shards that no weight needs";
  let description = [{
    Weights and shards are symbols, so that DCE alone does not see that nothing names them. What goes is recorded by its name. The first shard
    stays, since it has the model's metadata.

    Counts `weights`, their `bytes`, and `shards`.
  }];
}

def MergeWeights : Pass<"emel-merge-weights", "::mlir::ModuleOp"> {
  let summary = "Stores weights of the same content once";
  let description = [{
    Weights of one type whose samples have the same hash (their first, middle and last 4 KiB) are compared in full, and readers of
    one that repeats another read that other one, which takes over its origins. Files often hold an output head that repeats
    the embedding. Comparing more than `max-bytes` is left to who packs the weights: such a weight stays, and names its `twin`.

    Reads the shards; they are looked for where they were imported from, then in `shard-folder`.

    Counts merged `weights`, their `bytes`, and `twins`.
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "uint64_t", "uint64_t{256} << 20", "How many bytes to compare at most, in all; 256 MiB by default">,
    ListOption<"shardFolders", "shard-folder", "std::string", "Where shards may lie beside their own path">,
  ];
}

def FoldConstants : Pass<"emel-fold-constants", "::mlir::ModuleOp"> {
  let summary = "Computes what depends on constants and small weights alone";
  let description = [{
    A pure op whose operands are all constants or weights of at most `max-bytes` is run by the interpreter, which makes its result, where that
    is no larger, a constant with the origins of all that went into it. Norms and biases that a file holds in 16 bits are cast
    to f32 here.

    Reads the shards; they are looked for where they were imported from, then in `shard-folder`.

    Counts the `ops` that became constants, and the `bytes` of the constants that are left.
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", "64 << 10", "The largest operand or result to compute with, in bytes; 64 KiB by default">,
    ListOption<"shardFolders", "shard-folder", "std::string", "Where shards may lie beside their own path">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def FuseAttention : Pass<"emel-fuse-attention", "::mlir::ModuleOp"> {
  let summary = "Makes attention one op that reads the state itself";
  let description = [{
    `emel.kv_read` and the `emel.flash_attention` of what it read, which is what importers write, become `emel.attention`,
    which touches only the cells that a token sees.

    With `products`, `softmax(q k^T * scale + mask) v`, written with `emel.matmul`, `emel.softmax` and `emel.permute`, becomes
    `emel.flash_attention` before. Logits and probabilities are then not rounded to f32 between, so that this part does not keep
    the bits: numbers of the result move by less than 1e-5 of the largest.

    Counts the `reads` of a state and the `products` that were fused.
  }];
  let options = [
    Option<"products", "products", "bool", "false", "Recognise attention that is written as products too">,
  ];
}

def Specialize : Pass<"emel-specialize", "::mlir::ModuleOp"> {
  let summary = "Makes an entry for one token, one for a few and one for many in place of @step";
  let description = [{
    Clones `@step` into `@decode` for one token, `@small` for up to `small` tokens and `@prefill` for up to `bulk`
    tokens (never more than the model's context); of entries that would be the same only one is made. Shapes of
    `@decode` become known. Keeps the bits. The module gets the attribute `emel.device`: what its entries are made for, whose description
    the passes that follow ask.

    Counts `entries` and `values` whose shape became known.
  }];
  let options = [
    Option<"small", "small", "int64_t", "8", "the most tokens of the entry for a few">,
    Option<"bulk", "bulk", "int64_t", "512", "the most tokens of the entry for many">,
    Option<"device", "device", "std::string", "\"cpu\"", "what entries are made for: a device that a backend registers">,
  ];
}

def QuantizeActivations : Pass<"emel-quantize-activations", "::mlir::ModuleOp"> {
  let summary = "Rounds activations to 8 bits where they meet quantised weights";
  let description = [{
    The one pass that changes numbers: products with weights of a format that has an integer form take their input as `!emel.a8`, made
    by one `emel.quantize` for all that read the same value. The scheme stands in the op's attribute, and `emel.matmul`
    describes the sums, which backends match bit for bit. Float weights, and formats without an integer form, keep f32 activations.
    In entries for at least `bulk-from` tokens the scheme is that of `bulk`: with bf16 the same products, and those with weights of bf16,
    take their input as bf16, by an `emel.cast`. The device says which schemes its products take.
    Keys and values are kept as f16, with `state=q8_0` in blocks of 32 elements with a scale, or with `state=keep` as the import says. `docs/numerics.md` compares the error with llama.cpp's.

    Counts `products`, `rounded values` and `states`.
  }];
  let options = [
    Option<"state", "state", "std::string", "\"f16\"", "what cells of keys and values are kept as: f16, q8_0 or keep">,
    Option<"bulk", "bulk", "std::string", "\"bf16\"", "the scheme of entries for many tokens: a8 or bf16">,
    Option<"bulkFrom", "bulk-from", "int64_t", "0", "entries for at least so many tokens have it; 0: none">,
  ];
}

def GroupExperts : Pass<"emel-group-experts", "::mlir::ModuleOp"> {
  let summary = "Groups the tokens of a step by the experts that they choose";
  let description = [{
    `emel.matmul_id` of more than one token gets the order of `emel.group_experts`, one for all products with the same ids, so that a
    kernel reads each chosen expert once for a whole step. There are never more than tokens times chosen experts to sort, which bounds the
    order, and no more than all experts to read. Keeps the bits: only the order of independent products is another.

    Counts the `products`, and the `groupings` that they share.
  }];
}

def SelectLayouts : Pass<"emel-select-layouts", "::mlir::ModuleOp"> {
  let summary = "Chooses the arrangement of every weight's bytes, and packs the weights";
  let description = [{
    A weight stays as it is in the file or gets a layout of `docs/layouts.md`, whichever costs least over all its uses in a workload of
    decode steps and prompt tokens: the bytes that a step reads, or its arithmetic where that takes longer, and packing itself.
    A weight has one layout for all its uses, so that a table that is gathered from and multiplied by is stored once. The choice stands in
    the type: an `emel.pack` follows the weight's read. It works on `@step` as well as on entries, and with groups or without.

    Counts the `weights` that are packed, and the `bytes` that they take then.
  }];
  let options = [
    ListOption<"targets", "target", "std::string",
               "The machines that it is compiled for, of those that the device describes; the last of them by default">,
    Option<"decodeTokens", "decode-tokens", "int64_t", "256",
           "Tokens of the workload that are generated one by one">,
    Option<"promptTokens", "prompt-tokens", "int64_t", "512",
           "Tokens of the workload that come in bulk steps">,
    Option<"batch", "batch", "int64_t", "512", "Tokens of a bulk step, as far as an entry takes them">,
    ListOption<"layouts", "layout", "std::string", "WEIGHT:LAYOUT, what a weight gets whatever it costs">,
  ];
}

def StorePacked : Pass<"emel-store-packed", "::mlir::ModuleOp"> {
  let summary = "Lets the compiler pack weights, once";
  let description = [{
    Where all that reads a weight packs it into the same layout, the weight itself gets the layout: it is packed while the artifact
    is written, and steps find it packed.

    Counts the `weights`, and the `ops` that are gone.
  }];
}

def FuseProjections : Pass<"emel-fuse-projections", "::mlir::ModuleOp"> {
  let summary = "Groups products of one value with several weights";
  let description = [{
    Queries, keys and values; gate and up: what reads the same value, rounded or not, is computed by one kernel, whatever the
    types of the weights. Keeps the bits.

    Counts the products that `joined` another.
  }];
}

def FuseEpilogue : Pass<"emel-fuse-epilogue", "::mlir::ModuleOp"> {
  let summary = "Lets what follows a product column by column join its group";
  let description = [{
    Activations, biases, scales, reshapes, norms of single heads: ops that need of a product (or of attention) only the columns that
    they compute, and else only weights. Keeps the bits.

    Counts how often an op `joined` a group.
  }];
}

def FuseRope : Pass<"emel-fuse-rope", "::mlir::ModuleOp"> {
  let summary = "Lets rotations and writes to states join the projections";
  let description = [{
    Like `--emel-fuse-epilogue`, for ops that also take positions, slots or a state: head by head, a projection is rotated and stored where it was
    computed. Keeps the bits.

    Counts how often an op `joined` a group.
  }];
}

def FuseResidual : Pass<"emel-fuse-residual", "::mlir::ModuleOp"> {
  let summary = "Lets sums with other values join a product";
  let description = [{
    Like `--emel-fuse-epilogue`, for ops that also take tensors from elsewhere: the residual is added, and experts are weighted and
    summed, where the product was computed. Keeps the bits.

    Counts how often an op `joined` a group.
  }];
}

def FuseRows : Pass<"emel-fuse-rows", "::mlir::ModuleOp"> {
  let summary = "Groups light ops that work row by row";
  let description = [{
    A norm with the quantisation of what it gives; softmax, choice and weights of a router: ops without a large weight of which each
    row needs only the same row of the others. Keeps the bits.

    Counts how often an op `joined` a group.
  }];
}

def FuseHead : Pass<"emel-fuse-head", "::mlir::ModuleOp"> {
  let summary = "Gives steps the best tokens of each row beside its logits";
  let description = [{
    Where a sampler only takes the best of the logits, a step need not write them: with `sample=K` it also returns the K best tokens of each
    row, as `emel.merge_top_k` does. The ops that end in the logits are cloned into a group of their own, which keeps no more than the
    best of each of about 32 parts of the vocabulary; a second kernel merges these. A caller that asks for tokens runs these two and not the
    kernel of the logits, and the other way round. Without the option it does nothing. Keeps the bits.

    Counts `steps`, and `parts` of a row.
  }];
  let options = [
    Option<"sample", "sample", "int64_t", "0", "how many of the best tokens steps return; 0: none">,
  ];
}

def Outline : Pass<"emel-outline", "::mlir::ModuleOp"> {
  let summary = "Makes a kernel of each group, and a launch of it in a plan";
  let description = [{
    Each entry becomes a `plan.entry` of launches in the order of its ops. Groups that compute the same on other values and weights
    share one kernel, whatever layer they are of. A launch has the origins of all ops of its group.

    Counts `kernels` and `launches`.
  }];
  let dependentDialects = ["::emel::plan::PlanDialect"];
}

def Partition : Pass<"emel-partition", "::mlir::ModuleOp"> {
  let summary = "Divides launches into tiles and says who computes them";
  let description = [{
    Tiles follow from shapes alone, never from the number of workers: products are divided by columns, in whole panels of packed rows
    and whole heads where the kernel needs them; those grouped by expert by columns alone, as the tokens of an expert are no range that
    a tile could be; attention by heads and blocks of tokens; light work by tokens. A light launch of at most
    `redundant` numbers becomes one that each worker computes for itself, which saves a barrier. Heavy launches of entries for more than
    `dynamic-from` tokens take tiles as they come, the others have owners. What is not given is as the module's device wants it, and what a
    device cannot do, no launch does.

    Counts `tiles` of all launches at their largest.
  }];
  let options = [
    Option<"tileColumns", "columns", "int64_t", "0", "columns of a weight that a tile has at most; 0: as the device wants it">,
    Option<"tileRows", "rows", "int64_t", "0", "tokens of a tile of light work; 0: as the device wants it">,
    Option<"redundant", "redundant", "int64_t", "-1", "the most numbers that every worker computes for itself; -1: as the device wants it">,
    Option<"dynamicFrom", "dynamic-from", "int64_t", "-1", "entries for more tokens have dynamic launches; -1: as the device wants it">,
  ];
}

def InsertBarriers : Pass<"emel-insert-barriers", "::mlir::ModuleOp"> {
  let summary = "Separates launches that cannot run side by side";
  let description = [{
    A barrier goes before a launch that reads what another worker may have written since the last barrier, or that changes a state which another may
    still read, and after dynamic launches: as late as possible, which makes them as few as possible for the order of the
    launches. None is needed where each tile reads only what its owner wrote.

    Counts `barriers`, and launches that `avoided` one before them.
  }];
}

def Lifetimes : Pass<"emel-lifetimes", "::mlir::ModuleOp"> {
  let summary = "Says in which epochs each value is needed";
  let description = [{
    A value lives from the epoch of its launch to that of its last use, with as many bytes as it has at the largest step. Where a
    launch reads an operand for the last time and every index of it only where it writes the result, the result may take over
    its bytes.

    Counts `values`, and those that may be computed `in place`.
  }];
}

def PlanBuffers : Pass<"emel-plan-buffers", "::mlir::ModuleOp"> {
  let summary = "Gives every value its place in an arena";
  let description = [{
    Values share bytes when their lifetimes do not meet, or in place. The arena `@arena` is there once, `@scratch` once for each
    worker, `@logits` and `@best` are the caller's; each is as large as the entry that needs most of it. The search for the smallest arena is bounded by a
    number of steps, so that the same module gives the same plan on every machine.

    Counts `arena bytes` of all entries, and `bytes saved` by sharing.
  }];
  let options = [
    Option<"alignment", "alignment", "int64_t", "64", "of every place, in bytes">,
    Option<"maxArena", "max-arena", "int64_t", "0", "fails where @arena needs more bytes; 0: no limit">,
  ];
}
