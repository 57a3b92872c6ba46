// All of the dialect: one include for each family.

include "dialects/emel/EmelBase.td"
include "dialects/emel/Interfaces.td"
include "dialects/emel/Model.td"
include "dialects/emel/Elementwise.td"
include "dialects/emel/Norm.td"
include "dialects/emel/Contraction.td"
include "dialects/emel/Attention.td"
include "dialects/emel/Movement.td"
include "dialects/emel/Update.td"
include "dialects/emel/Fill.td"
include "dialects/emel/Reduction.td"
include "dialects/emel/Fuse.td"
