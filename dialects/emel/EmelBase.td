// The dialect itself, its types and attributes, and the constraints that op families share.

#ifndef EMEL_DIALECTS_EMEL_BASE_TD
#define EMEL_DIALECTS_EMEL_BASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

include "dialects/emel/Interfaces.td"

def Emel_Dialect : Dialect {
  let name = "emel";
  let cppNamespace = "::emel";
  let summary = "Describes what a language model computes";
  let description = [{
    A model is a module with one `@step` function, the weights it reads and the files they lie in:

    ```mlir
    module attributes {emel.model = {architecture = "llama", context = 512 : i64, vocab = 512 : i64}} {
      emel.shard @shard0 "model.gguf" bytes 1327104
      emel.weight @token_embd.weight : tensor<512x64x!emel.q8_0> in @shard0 at 9216 bytes 34816
      func.func @step(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>,
                      %out_rows: tensor<?xi32>, %kv0: !emel.kv<4x8x8xf32>)
          -> (tensor<?x512xf32>, !emel.kv<4x8x8xf32>)
    }
    ```

    `n` tokens enter a step, each with its position and its sequence slot; `m` rows of logits leave
    it. Tensors are builtin `tensor`s, outermost dimension first (the reverse of GGUF's order).
    Weights of block formats keep their logical shape and have a format as element type.

    Every op but the declarations is pure. State (`!emel.kv`) is a value that ops take and return.
    Each op's description lists its constraints (C1, C2, …). The verifier checks them as far as types
    tell; the interpreter checks them again with the shapes at run time.

    ggml's training ops (the gradients, losses and optimiser steps) are not part of the dialect; the
    parser says so by name. `ggml-coverage.md` beside this page maps ggml's ops to those here.

    A module that carries `emel.model` is checked as a whole:

    * (M1) `emel.model` has `architecture`, `context` and `vocab`, and may have a `sample` of 1 to `vocab`;
    * (M2) only `emel` ops, function boundaries and calls touch block formats, layouts and state;
    * (M3) every state value is consumed exactly once, and read only before that;
    * (M4) there is one `@step`, or entries in its place, and they take and return what the step contract says; with
      `sample = K` in `emel.model` they return the best K tokens of each row behind the logits, as `emel.merge_top_k` does;
    * (M5) every weight lies inside its shard.

    `emel.entry = {tokens = N, rows = M}` on a function makes it an entry for steps of at most N tokens and M rows of
    logits; `--emel-specialize` puts such entries in the place of `@step`.

    * (E1) it belongs on a function, and both numbers are positive.

    `emel.dims` on an argument or result of a function names its unknown dimensions, outermost first:

    * (D1) it is an array of strings, one for each unknown dimension of a tensor.

    `emel.passes` on a module records what each pass did to it, in order: how many of what, and which names of the source model
    went and why.

    ```mlir
    module attributes {emel.passes = [
        {pass = "drop-dead-weights", removed = {blk.0.ffn_gate.bias = "no op reads it"}, weights = 1 : i64}
    ]} {}
    ```

    * (R1) it is an array of dictionaries, each with the name of its `pass`, strings in `removed`, and integers.
  }];
  let useDefaultTypePrinterParser = 0;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let extraClassDeclaration = [{
    /// The module attribute that turns on whole-model verification.
    static constexpr llvm::StringLiteral kModelAttr = "emel.model";
    /// In it: how many of the best tokens steps return beside logits.
    static constexpr llvm::StringLiteral kSample = "sample";
    /// The argument and result attribute that names symbolic dimensions.
    static constexpr llvm::StringLiteral kDimsAttr = "emel.dims";
    /// The attribute of a function that serves steps up to a size, in place of `@step`.
    static constexpr llvm::StringLiteral kEntryAttr = "emel.entry";
    /// The module attribute that records what each pass did.
    static constexpr llvm::StringLiteral kPassesAttr = "emel.passes";
    /// The module attribute that names the kind of machine that entries are made for.
    static constexpr llvm::StringLiteral kDeviceAttr = "emel.device";
    /// The name of a model's entry point.
    static constexpr llvm::StringLiteral kStep = "step";

    /// Who listens to remarks, if anybody.
    ::emel::RemarkSink remarks;

    ::mlir::Type parseType(::mlir::DialectAsmParser &parser) const override;
    void printType(::mlir::Type type, ::mlir::DialectAsmPrinter &printer) const override;
    /// Refuses ggml's training ops by name.
    std::optional<ParseOpHook> getParseOperationHook(llvm::StringRef opName) const override;

   private:
    void registerTypes();
    void registerAttributes();

   public:
  }];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def Emel_BlockType : TypeDef<Emel_Dialect, "Block"> {
  let typeName = "emel.block";
  let summary = "names a GGUF block format as an element type";
  let description = [{
    Written as the format's name: `!emel.q4_k`, `!emel.iq2_xxs`, `!emel.mxfp4`. A row of a tensor with
    such elements is a whole number of blocks, so the innermost dimension is a multiple of the
    block's element count. The formats are the block rows of `runtime/gguf/tensor_types.inc`.
  }];
  let parameters = (ins "::emel::gguf::TensorType":$format);
  let extraClassDeclaration = [{
    const ::emel::gguf::TensorTypeInfo &getInfo() const;
  }];
}

def Emel_KvType : TypeDef<Emel_Dialect, "Kv"> {
  let mnemonic = "kv";
  let summary = "holds the keys and values of one layer, for all sequences";
  let description = [{
    `!emel.kv<HEADSxKEYxVALUExELEMENT>`: cells addressed by sequence slot and position; a cell holds
    HEADS keys of KEY elements and HEADS values of VALUE elements. Of a block format, such as
    `!emel.q8_0`, each key and each value is a whole number of blocks.
  }];
  let parameters = (ins "int64_t":$heads, "int64_t":$keyDim, "int64_t":$valueDim,
                        "::mlir::Type":$elementType);
  let extraClassDeclaration = [{
    /// The bytes of a key and a value of one head.
    int64_t getHeadBytes() const;
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Emel_ActivationType : TypeDef<Emel_Dialect, "Activation"> {
  let mnemonic = "a8";
  let summary = "holds activations of 8 bits, with a scale for each group";
  let description = [{
    The element type of what `emel.quantize` makes: an 8-bit integer in a group of 16 along the
    innermost dimension, which is a whole number of groups. A group has an f32 scale, and the sum of
    its integers, which follows from them. A row of K elements takes K + 3K/8 bytes:

        | q:i8[K] | d:f32[K/16] | sum:i16[K/16] |   value = d * q
  }];
  let extraClassDeclaration = [{
    /// The elements under one scale.
    static constexpr int64_t kGroup = 16;
  }];
}

def Emel_Float : AnyTypeOf<[F32, F16, BF16, F64], "float">;
def Emel_Int : AnyTypeOf<[I32, I64], "i32 or i64">;
def Emel_SmallInt : AnyTypeOf<[I8, I16], "i8 or i16">;
def Emel_Block : Type<CPred<"::llvm::isa<::emel::BlockType>($_self)">, "block format">;
def Emel_Activation : Type<CPred<"::llvm::isa<::emel::ActivationType>($_self)">, "a8">;

class Emel_TensorOf<list<Type> elements> : RankedTensorOf<elements, [], "tensor">;
def Emel_FloatTensor : Emel_TensorOf<[Emel_Float]>;
def Emel_IntTensor : Emel_TensorOf<[Emel_Int]>;
def Emel_AnyTensor : Emel_TensorOf<[Emel_Float, Emel_Int, Emel_SmallInt, Emel_Block]>;
def Emel_ValueTensor : Emel_TensorOf<[Emel_Float, Emel_Int, Emel_SmallInt]>;
def Emel_WeightTensor : Emel_TensorOf<[Emel_Float, Emel_Block]>;
def Emel_ActivationTensor : Emel_TensorOf<[Emel_Activation]>;
def Emel_FloatOrActivationTensor : Emel_TensorOf<[Emel_Float, Emel_Activation]>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class Emel_Enum<string name, string description, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, description, cases> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::emel";
}

class Emel_EnumAttr<EnumAttrInfo info, string attrMnemonic, list<Trait> traits = []>
    : EnumAttr<Emel_Dialect, info, attrMnemonic, traits>;

def Emel_Layout : Emel_Enum<"Layout", "how a tensor's bytes are arranged", [
    I32EnumAttrCase<"RowMajor", 0, "row_major">,
    I32EnumAttrCase<"R16", 1, "r16">,
  ]>;
def Emel_LayoutAttr : Emel_EnumAttr<Emel_Layout, "layout",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "says how a tensor's bytes are arranged";
  let description = [{
    A tensor encoding: `tensor<2048x2048x!emel.q4_k, #emel.layout<r16>>`. Without one a tensor has the
    arrangement of the GGUF file, row after row, which `row_major` says in words; `r16` interleaves 16 rows so
    that a vector lane holds one row: `docs/layouts.md` draws its bytes and says which element types have it.
    It belongs on tensors of at least 2 dimensions with rows of whole blocks.
  }];
  let assemblyFormat = "`<` $value `>`";
}

def Emel_ActivationForm : Emel_Enum<"ActivationForm", "what products take activations as, in place of f32", [
    I32EnumAttrCase<"A8", 0, "a8">,
    I32EnumAttrCase<"BF16", 1, "bf16">,
  ]>;

def Emel_Semiring : Emel_Enum<"Semiring", "the sum and product of a contraction", [
    I32EnumAttrCase<"PlusTimes", 0, "plus_times">,
    I32EnumAttrCase<"MaxPlus", 1, "max_plus">,
    I32EnumAttrCase<"MinPlus", 2, "min_plus">,
    I32EnumAttrCase<"OrAnd", 3, "or_and">,
    I32EnumAttrCase<"LogSumExp", 4, "log_sum_exp">,
  ]>;
def Emel_SemiringAttr : Emel_EnumAttr<Emel_Semiring, "semiring"> {
  let summary = "names the sum and product of a contraction";
}

def Emel_Rounding : Emel_Enum<"Rounding", "how a number becomes an integer", [
    I32EnumAttrCase<"HalfEven", 0, "half_even">,
  ]>;

def Emel_SumOrder : Emel_Enum<"SumOrder", "the order in which the groups of a dot product are added", [
    I32EnumAttrCase<"Ascending", 0, "ascending">,
  ]>;

def Emel_SchemeAttr : AttrDef<Emel_Dialect, "Scheme"> {
  let mnemonic = "scheme";
  let summary = "says how activations become integers and how products with them are summed";
  let description = [{
    `group` elements share a scale, `rounding` takes their quotients by it to integers, `sum` is the
    order in which a contraction adds up the groups, with one fused multiply-add in f32 for each and
    another where the weight's format has minima (see `emel.quantize` and `emel.matmul`). There is one
    scheme so far, that of `!emel.a8`.

    ```mlir
    #emel.scheme<group = 16, rounding = half_even, sum = ascending>
    ```
  }];
  let parameters = (ins "int64_t":$group, EnumParameter<Emel_Rounding>:$rounding,
                        EnumParameter<Emel_SumOrder>:$sum);
  let builders = [AttrBuilder<(ins), [{
    return $_get($_ctxt, ActivationType::kGroup, Rounding::HalfEven, SumOrder::Ascending);
  }]>];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Op bases
//===----------------------------------------------------------------------===//

/// The location of an op names the op of the source model and its tensors; see Provenance.h.
class Emel_Op<string opMnemonic, list<Trait> traits = []>
    : Op<Emel_Dialect, opMnemonic, traits>;

/// A pure op whose result types follow from its operands. The constraints (C1, C2, …) that its
/// description lists are checked while inferring, so builders and the verifier share them.
class Emel_InferredOp<string opMnemonic, list<Trait> traits = []>
    : Emel_Op<opMnemonic, traits # [Pure, InferTypeOpAdaptor]>;

/// A pure op whose result has the type of its only tensor operand.
class Emel_SameTypeOp<string opMnemonic, list<Trait> traits = []>
    : Emel_Op<opMnemonic, traits # [Pure, SameOperandsAndResultType]>;

/// How parts of results lead to parts of operands, where it is as in other ops; see TileTraits.h.
class Emel_TileTrait<string name> : NativeOpTrait<name> {
  let cppNamespace = "::emel";
}
class Emel_Tiles<string name> : TraitList<[Emel_TileOpInterface, Emel_TileTrait<name>]>;
def Emel_ElementwiseTiles : Emel_Tiles<"ElementwiseTiles">;
def Emel_RowTiles : Emel_Tiles<"RowTiles">;

#endif  // EMEL_DIALECTS_EMEL_BASE_TD
