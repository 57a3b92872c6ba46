// The enums of the plan dialect: a table of their own, since C++ is generated for all enums that a table sees.

#ifndef EMEL_DIALECTS_PLAN_ENUMS_TD
#define EMEL_DIALECTS_PLAN_ENUMS_TD

include "mlir/IR/EnumAttr.td"

class Plan_Enum<string name, string description, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, description, cases> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::emel::plan";
}

def Plan_LaunchKind : Plan_Enum<"LaunchKind", "how tiles find workers", [
    I32EnumAttrCase<"Owner", 0, "owner">, I32EnumAttrCase<"Dynamic", 1, "dynamic">,
    I32EnumAttrCase<"Each", 2, "each">,
  ]>;
def Plan_ArenaKind : Plan_Enum<"ArenaKind", "whose bytes an arena holds", [
    I32EnumAttrCase<"Shared", 0, "shared">, I32EnumAttrCase<"Worker", 1, "worker">,
    I32EnumAttrCase<"Caller", 2, "caller">,
  ]>;

#endif  // EMEL_DIALECTS_PLAN_ENUMS_TD
