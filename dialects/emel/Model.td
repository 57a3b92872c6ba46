// Declarations: shards, weights, and the op that reads a weight.

#ifndef EMEL_DIALECTS_EMEL_MODEL_TD
#define EMEL_DIALECTS_EMEL_MODEL_TD

include "dialects/emel/EmelBase.td"

def Emel_ShardOp : Emel_Op<"shard", [Symbol]> {
  let summary = "Declares a file that holds weights";
  let description = [{
    The path is the one the importer was given; a reader may also look beside the module.

    * (C1) the number of bytes is not negative.

    ```mlir
    emel.shard @shard0 "model.gguf" bytes 1327104
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$path, I64Attr:$size);
  let assemblyFormat = "$sym_name $path `bytes` $size attr-dict";
  let hasVerifier = 1;
}

def Emel_WeightOp : Emel_Op<"weight", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Declares a weight by the bytes that hold it";
  let description = [{
    The data stays in its shard: weights are never constants of the module.

    * (C1) the type has a static shape and no layout;
    * (C2) the innermost dimension is a multiple of the block's elements;
    * (C3) `size` is what the type needs;
    * (C4) offset and size are not negative;
    * (C5) the type can have the layout;
    * (C6) a twin is a weight of the same type.

    With a layout, the weight is packed once, by the compiler, and everything that reads it finds it packed: it is `emel.pack` of what
    lies in the shard. `--emel-store-packed` turns the one into the other.

    A twin is a weight before it that looks the same, but is too large to compare while compiling; who copies the data finds out.

    ```mlir
    emel.weight @output.weight : tensor<512x64x!emel.q8_0> in @shard0 at 9216 bytes 34816 packed <r16>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Emel_AnyTensor>:$type,
                       FlatSymbolRefAttr:$shard, I64Attr:$offset, I64Attr:$size,
                       OptionalAttr<Emel_LayoutAttr>:$layout, OptionalAttr<FlatSymbolRefAttr>:$twin);
  let assemblyFormat = [{
    $sym_name `:` $type `in` $shard `at` $offset `bytes` $size (`packed` $layout^)? (`twin` $twin^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The type of what is read: with the layout, where there is one.
    ::mlir::RankedTensorType getStoredType();
  }];
}

def Emel_GetWeightOp : Emel_Op<"get_weight", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Reads a weight";
  let description = [{
    * (C1) the symbol is a weight, of the result's type; a packed weight is read in its layout.

    ```mlir
    %w = emel.get_weight @output_norm.weight : tensor<64xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs Emel_AnyTensor:$result);
  let assemblyFormat = "$weight `:` type($result) attr-dict";
}

#endif  // EMEL_DIALECTS_EMEL_MODEL_TD
