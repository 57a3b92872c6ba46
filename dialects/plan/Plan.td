// Where and when: kernels, launches over slices of arenas, barriers.

#ifndef EMEL_DIALECTS_PLAN_TD
#define EMEL_DIALECTS_PLAN_TD

include "dialects/emel/EmelBase.td"
include "dialects/emel/Interfaces.td"
include "dialects/plan/PlanEnums.td"
include "mlir/Interfaces/FunctionInterfaces.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::emel::plan";
  let summary = "Says where and when a step computes";
  let description = [{
    A step is one program that every worker runs from beginning to end:

    ```mlir
    plan.arena shared @arena bytes 1536 align 64
    plan.arena worker @scratch bytes 512 align 64
    plan.kernel @norm(%x: tensor<1x64xf32>, %w: tensor<64xf32>) -> tensor<1x64xf32> {
      %y = emel.rms_norm %x weight %w eps 9.99999974E-6 : tensor<1x64xf32>, tensor<64xf32>
      plan.return %y : tensor<1x64xf32>
    }
    plan.entry @decode(%tokens: tensor<1xi32>, …) -> (tensor<1x512xf32>, …)
        attributes {emel.entry = {tokens = 1, rows = 1}} {
      %0 = plan.launch owner @embed(%tokens) weights [@token_embd.weight] …
      plan.barrier
      %1 = plan.launch each @norm(%0) weights [@blk.0.attn_norm.weight] …
      …
    }
    ```

    **Values** are tensors, as in the `emel` dialect; the result of a launch lies at its place, a slice of an arena,
    from its launch to its last use. An unknown dimension (`?`) is the outermost one and the number of tokens (`n`) or of
    rows of logits (`m`) of the step; places have room for as many as `emel.entry` allows.

    **Tiles.** Each result of a launch is divided into tiles, and the tile space of a launch is those of its first result,
    then those of the second, and so on; in a result the last tiled dimension goes fastest. A tile reads what its part of the
    result needs (see `emel`'s tile interface). How many tiles there are depends on the step's n and m, never on the number
    of workers W.

    **Workers.** Of a launch of T tiles, `owner` gives tile t to worker `t W / T` (rounded down); `dynamic` lets workers take
    tiles as they come; `each` lets every worker compute all of it, into its own copy of a worker arena. No worker
    passes a `plan.barrier` before all have arrived.

    **Time.** Barriers divide an entry into epochs. Two accesses to the same bytes in the same epoch, one of which writes, must be made
    by the same worker, whatever W is. A plan with places is verified:

    * (P1) every place lies inside its arena and is aligned, and is as large as its value can be; results have the
      types that their kernel computes at each n and m, and a state continues one of the operands; a launch has at most
      65536 tiles;
    * (P2) no value is overwritten before its last use, unless by the launch that is its last use: there a tile may write
      bytes that no other tile of the launch reads, and that it reads only to compute the element that takes their place.
      States are used in the order in which they replace one another;
    * (P3) no two accesses race, for any W, n and m. The same worker makes those of tiles t of T and u of U of two `owner`
      launches if t/T = u/U, and those of the copies in a worker arena;
    * (P4) a barrier follows a dynamic launch, or the end of the entry: no other launch;
    * (P5) what an entry returns is intact at its end, in memory of the caller, and states in the order in which it took them.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::emel::EmelDialect"];
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Plan_LaunchKindAttr : EnumAttr<Plan_Dialect, Plan_LaunchKind, "launch_kind">;

def Plan_ArenaKindAttr : EnumAttr<Plan_Dialect, Plan_ArenaKind, "arena_kind">;

def Plan_TileAttr : AttrDef<Plan_Dialect, "Tile"> {
  let mnemonic = "tile";
  let summary = "divides dimensions of a result";
  let description = [{
    `#plan.tile<[0, 1] by [16, 64]>`: tiles of 16 indices of dimension 0 by 64 of dimension 1, the last ones
    smaller where these do not divide. Other dimensions are whole. A state's only dimension is its heads.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$dims, ArrayRefParameter<"int64_t">:$sizes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Plan_PlaceAttr : AttrDef<Plan_Dialect, "Place"> {
  let mnemonic = "place";
  let summary = "says where a value lies";
  let description = [{
    `#plan.place<@arena at 512 bytes 1024>`. The bytes are what the value needs at its largest.
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$arena, "int64_t":$offset, "int64_t":$bytes);
  let assemblyFormat = "`<` $arena `at` $offset `bytes` $bytes `>`";
}

def Plan_LifeAttr : AttrDef<Plan_Dialect, "Life"> {
  let mnemonic = "life";
  let summary = "says when a value is needed";
  let description = [{
    `#plan.life<3 to 5 bytes 1024>`: from epoch 3 up to, not including, epoch 5, with room for 1024 bytes.
    `over` names the operand of the launch whose bytes it may take over: `#plan.life<5 to 7 bytes 1024 over 1>`.
  }];
  let parameters = (ins "int64_t":$lower, "int64_t":$upper, "int64_t":$bytes,
                        DefaultValuedParameter<"int64_t", "-1">:$over);
  let assemblyFormat = "`<` $lower `to` $upper `bytes` $bytes (`over` $over^)? `>`";
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

class Plan_Op<string opMnemonic, list<Trait> traits = []>
    : Op<Plan_Dialect, opMnemonic, traits>;

def Plan_ArenaOp : Plan_Op<"arena", [Symbol]> {
  let summary = "Declares memory";
  let description = [{
    `shared` memory is there once, `worker` memory once for each worker, `caller` memory belongs to who calls the step.

    * (C1) the number of bytes is not negative, the alignment is a power of two.

    ```mlir
    plan.arena shared @arena bytes 1536 align 64
    ```
  }];
  let arguments = (ins Plan_ArenaKindAttr:$kind, SymbolNameAttr:$sym_name, I64Attr:$bytes,
                       I64Attr:$align);
  let assemblyFormat = "`` $kind $sym_name `bytes` $bytes `align` $align attr-dict";
  let hasVerifier = 1;
}

def Plan_Value : AnyTypeOf<[AnyRankedTensor, Emel_KvType], "tensor or state">;

class Plan_FunctionOp<string opMnemonic, list<Trait> traits>
    : Plan_Op<opMnemonic, traits # [IsolatedFromAbove, FunctionOpInterface, SingleBlock]> {
  let arguments = (ins SymbolNameAttr:$sym_name,
      TypeAttrOf<FunctionType>:$function_type, OptionalAttr<DictArrayAttr>:$arg_attrs,
      OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def Plan_KernelOp : Plan_FunctionOp<"kernel", [Symbol]> {
  let summary = "Defines what a launch computes";
  let description = [{
    The body is the kernel's meaning. Arguments are the operands of a launch, then its weights. One kernel serves every launch
    that computes the same on other values.

    * (C1) the body holds `emel` ops and constants only.

    ```mlir
    plan.kernel @norm(%x: tensor<1x64xf32>, %w: tensor<64xf32>) -> tensor<1x64xf32> {
      %y = emel.rms_norm %x weight %w eps 9.99999974E-6 : tensor<1x64xf32>, tensor<64xf32>
      plan.return %y : tensor<1x64xf32>
    }
    ```
  }];
  let hasVerifier = 1;
}

def Plan_EntryOp : Plan_FunctionOp<"entry", [
    Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Defines a step up to a size";
  let description = [{
    Takes and returns what `@step` does; `emel.entry` says for how many tokens and rows.

    * (C1) it has an attribute `emel.entry`, and its body holds launches and barriers only.

    ```mlir
    plan.entry @decode(%x: tensor<1x64xf32>) -> tensor<1x64xf32>
        attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
      %y = plan.launch owner @norm(%x) weights [@w] : (tensor<1x64xf32>) -> tensor<1x64xf32>
      plan.return %y : tensor<1x64xf32>
    }
    ```
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The most tokens, and the most rows of logits, of a step.
    int64_t getMaxTokens();
    int64_t getMaxRows();
    /// Whether every launch has tiles and places, so that the plan can run.
    bool isPlaced();
  }];
}

def Plan_LaunchOp : Plan_Op<"launch", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<Emel_StateOpInterface>]> {
  let summary = "Computes a kernel's results, tile by tile";
  let description = [{
    Partitioning gives a launch `tiles`, one for each result; lifetimes give it `lives`; buffer planning gives it
    `places`. A result that is a state lies where the state lies and has `unit` in place of a life and a place.
    `extents` names the unknown dimension of each result: `n`, `m`, or nothing where there is none.

    * (C1) operands and weights have the types of the kernel's arguments, results those of its results;
    * (C2) `extents`, `tiles`, `lives` and `places`, where given, have one element for each result;
    * (C3) a tile names dimensions of its result, ascending, with a positive size each, and divides no numbers that
      share a scale;
    * (C4) places are in arenas: those of the results of an `each` launch in worker arenas, those of other launches in
      others; no `each` launch returns a state.

    ```mlir
    %y = plan.launch owner @norm(%x) weights [@w] tiles [#plan.tile<[0] by [1]>]
        places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
    ```
  }];
  let arguments = (ins Plan_LaunchKindAttr:$kind, FlatSymbolRefAttr:$kernel,
      Variadic<Plan_Value>:$inputs, OptionalAttr<TypedArrayAttrBase<FlatSymbolRefAttr, "weights">>:$weights,
      OptionalAttr<StrArrayAttr>:$extents, OptionalAttr<ArrayAttr>:$tiles,
      OptionalAttr<ArrayAttr>:$lives, OptionalAttr<ArrayAttr>:$places);
  let results = (outs Variadic<Plan_Value>:$results);
  let assemblyFormat = [{
    `` $kind $kernel `(` $inputs `)` (`weights` $weights^)? (`extents` $extents^)? (`tiles` $tiles^)?
    (`lives` $lives^)? (`places` $places^)? attr-dict `:` functional-type($inputs, $results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The kernel; null where there is none of that name.
    KernelOp getKernelOp();
    /// The tile, life and place of a result; null where it has none (yet).
    TileAttr getTile(unsigned result);
    LifeAttr getLife(unsigned result);
    PlaceAttr getPlace(unsigned result);
  }];
}

def Plan_BarrierOp : Plan_Op<"barrier"> {
  let summary = "Waits until every worker is here";
  let description = [{
    Begins a new epoch: what any worker wrote before is seen by all after.

    ```mlir
    plan.barrier
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Plan_ReturnOp : Plan_Op<"return", [Pure, Terminator, ReturnLike,
                                       ParentOneOf<["KernelOp", "EntryOp"]>]> {
  let summary = "Ends a kernel or an entry with its results";
  let description = [{
    * (C1) the operands have the types of the results.

    ```mlir
    plan.return %y : tensor<1x64xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let hasVerifier = 1;
}

#endif  // EMEL_DIALECTS_PLAN_TD
