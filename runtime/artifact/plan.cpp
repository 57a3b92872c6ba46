#include "runtime/artifact/plan.h"

#include "runtime/artifact/bytes.h"
#include "runtime/include/emel/step.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>

namespace emel::artifact {
namespace {

template <typename... T>
absl::Status Bad(const T&... message) {
  return absl::InvalidArgumentError(absl::StrCat("plan: ", message...));
}

// `value` within [least, most].
absl::Status CheckRange(absl::string_view what, uint64_t value, uint64_t least, uint64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Bad(what, ": expected ", least, " to ", most, ", found ", value);
}

absl::Status CheckSizes(const Plan& plan) {
  if (plan.step_version != EMEL_STEP_VERSION) {
    return absl::FailedPreconditionError(
        absl::StrCat("the code speaks version ", plan.step_version,
                     " of the step interface, this program version ", EMEL_STEP_VERSION));
  }
  EMEL_RETURN_IF_ERROR(CheckRange("vocabulary", plan.vocabulary, 1, INT32_MAX));
  EMEL_RETURN_IF_ERROR(CheckRange("context", plan.context, 1, INT32_MAX));
  EMEL_RETURN_IF_ERROR(CheckRange("workers", plan.max_workers, 1, kMaxWorkers));
  EMEL_RETURN_IF_ERROR(CheckRange("bytes of weights", plan.weights_bytes, 0, kMaxBytes));
  EMEL_RETURN_IF_ERROR(CheckRange("bytes of the arena", plan.arena_bytes, 0, kMaxBytes));
  if (!std::has_single_bit(plan.arena_align) || plan.arena_align > 4096) {
    return Bad("alignment of the arena: expected a power of two up to 4096, found ",
               plan.arena_align);
  }
  if (plan.page_positions != EMEL_PAGE_POSITIONS) {
    return Bad("positions of a page: expected ", EMEL_PAGE_POSITIONS, ", found ",
               plan.page_positions);
  }
  EMEL_RETURN_IF_ERROR(CheckRange("bytes of a page, for a whole context", plan.page_bytes, 0,
                                  kMaxBytes / plan.pages_of_context()));
  return CheckRange("bytes of scratch, for all workers", plan.scratch_bytes, 0,
                    kMaxBytes / plan.max_workers);
}

absl::Status CheckWindows(const Plan& plan) {
  EMEL_RETURN_IF_ERROR(CheckRange("windows", plan.windows.size(), 0, kMaxWindows));
  uint32_t before = 0;
  for (const Window& window : plan.windows) {
    EMEL_RETURN_IF_ERROR(
        CheckRange("positions of a window, ascending", window.positions, before + 1, INT32_MAX));
    EMEL_RETURN_IF_ERROR(CheckRange("bytes of a window's page, for a whole context",
                                    window.page_bytes, 1, kMaxBytes / plan.pages_of_context()));
    before = window.positions;
  }
  return absl::OkStatus();
}

absl::Status CheckLayers(const Plan& plan) {
  EMEL_RETURN_IF_ERROR(CheckRange("layers", plan.layers.size(), 0, kMaxLayers));
  std::vector<uint64_t> ends(1 + plan.windows.size());
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const PageLayer& layer = plan.layers[i];
    if (layer.element != PageElement::kF32 && layer.element != PageElement::kF16 &&
        layer.element != PageElement::kQ8_0) {
      return Bad("layer ", i, ": expected elements of type 0, 1 or 8, found ",
                 static_cast<uint32_t>(layer.element));
    }
    if (layer.element == PageElement::kQ8_0 && (layer.key_dim | layer.value_dim) % 32 != 0) {
      return Bad("layer ", i, ": expected heads of a multiple of 32 elements of Q8_0, found ",
                 layer.key_dim, " and ", layer.value_dim);
    }
    for (uint32_t size : {layer.heads, layer.key_dim, layer.value_dim}) {
      EMEL_RETURN_IF_ERROR(
          CheckRange(absl::StrCat("layer ", i, ": heads and their widths"), size, 1, 1 << 16));
    }
    EMEL_RETURN_IF_ERROR(CheckRange(absl::StrCat("layer ", i, ": class of pages"), layer.page_class,
                                    0, plan.windows.size()));
    const uint64_t page_bytes =
        layer.page_class == 0 ? plan.page_bytes : plan.windows[layer.page_class - 1].page_bytes;
    uint64_t& end = ends[layer.page_class];
    if (layer.offset % 64 != 0 || layer.offset < end || layer.offset > page_bytes) {
      return Bad("layer ", i, ": expected a multiple of 64 between ", end, " and ", page_bytes,
                 ", found offset ", layer.offset);
    }
    const uint64_t bytes = layer.heads * layer.HeadBytes(plan.page_positions);
    if (bytes > page_bytes - layer.offset) {
      return Bad("layer ", i, ": expected at most ", page_bytes - layer.offset,
                 " bytes from its offset on, found ", bytes);
    }
    end = layer.offset + bytes;
  }
  return absl::OkStatus();
}

absl::Status CheckEntries(const Plan& plan) {
  EMEL_RETURN_IF_ERROR(CheckRange("entries", plan.entries.size(), 1, kMaxEntries));
  uint32_t before = 0;
  uint32_t rounding = 0;
  for (const Entry& entry : plan.entries) {
    if (!IsName(entry.name, kMaxName)) return Bad("expected a name for every entry");
    const std::string what = absl::StrCat("entry '", entry.name, "': ");
    EMEL_RETURN_IF_ERROR(
        CheckRange(what + "tokens, ascending", entry.max_tokens, before + 1, kMaxTokens));
    EMEL_RETURN_IF_ERROR(CheckRange(what + "rows", entry.max_rows, 0, entry.max_tokens));
    EMEL_RETURN_IF_ERROR(CheckRange(what + "tickets", entry.ticket_count, 0, kMaxTickets));
    before = entry.max_tokens;
    const auto own = static_cast<uint32_t>(entry.rounding);
    const bool is_first = &entry == &plan.entries.front();
    EMEL_RETURN_IF_ERROR(
        CheckRange(what + "rounding, exact first", own, rounding, is_first ? 0 : 1));
    rounding = own;
    for (const Entry& other : plan.entries) {
      if (&other != &entry && other.name == entry.name) return Bad(what, "expected it once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVariants(const Plan& plan) {
  EMEL_RETURN_IF_ERROR(CheckRange("variants", plan.variants.size(), 1, kMaxVariants));
  for (const Variant& variant : plan.variants) {
    if (!IsName(variant.name, kMaxName)) return Bad("expected a name for every variant");
    if (variant.entry_offsets.size() != plan.entries.size()) {
      return Bad("variant '", variant.name, "': expected ", plan.entries.size(), " entries, found ",
                 variant.entry_offsets.size());
    }
    for (const Variant& other : plan.variants) {
      if (&other != &variant && other.name == variant.name) {
        return Bad("variant '", variant.name, "': expected it once");
      }
    }
  }
  return absl::OkStatus();
}

void ReadSizes(ByteReader& in, Plan& plan) {
  plan.step_version = in.Get<uint32_t>("step version");
  plan.vocabulary = in.Get<uint32_t>("vocabulary");
  plan.context = in.Get<uint32_t>("context");
  plan.max_workers = in.Get<uint32_t>("workers");
  plan.weights_bytes = in.Get<uint64_t>("bytes of weights");
  plan.arena_bytes = in.Get<uint64_t>("bytes of the arena");
  plan.scratch_bytes = in.Get<uint64_t>("bytes of scratch");
  plan.page_bytes = in.Get<uint64_t>("bytes of a page");
  plan.arena_align = in.Get<uint32_t>("alignment of the arena");
  plan.page_positions = in.Get<uint32_t>("positions of a page");
}

void ReadLayers(ByteReader& in, Plan& plan) {
  plan.layers.resize(in.GetCount(kMaxLayers, 24, "layers"));
  for (PageLayer& layer : plan.layers) {
    layer.offset = in.Get<uint64_t>("offset of a layer");
    layer.heads = in.Get<uint32_t>("heads of a layer");
    layer.key_dim = in.Get<uint32_t>("width of keys");
    layer.value_dim = in.Get<uint32_t>("width of values");
    layer.element = static_cast<PageElement>(in.Get<uint32_t>("element of a layer"));
  }
}

void ReadEntries(ByteReader& in, Plan& plan) {
  plan.entries.resize(in.GetCount(kMaxEntries, 29, "entries"));
  for (Entry& entry : plan.entries) {
    entry.name = in.GetText(kMaxName, "name of an entry");
    entry.max_tokens = in.Get<uint32_t>("tokens of an entry");
    entry.max_rows = in.Get<uint32_t>("rows of an entry");
    entry.ticket_count = in.Get<uint32_t>("tickets of an entry");
    entry.launches = in.Get<uint32_t>("launches of an entry");
    entry.barriers = in.Get<uint32_t>("barriers of an entry");
    entry.rounding = static_cast<Rounding>(in.Get<uint32_t>("rounding of an entry"));
  }
}

void ReadVariants(ByteReader& in, Plan& plan) {
  plan.variants.resize(in.GetCount(kMaxVariants, 13, "variants"));
  for (Variant& variant : plan.variants) {
    variant.name = in.GetText(kMaxName, "name of a variant");
    variant.features.bits = in.Get<uint64_t>("features of a variant");
    for (size_t i = 0; i < plan.entries.size(); ++i) {
      variant.entry_offsets.push_back(in.Get<uint64_t>("offset of an entry"));
    }
  }
}

// What follows the variants where there is a window.
void ReadWindows(ByteReader& in, Plan& plan) {
  plan.windows.resize(in.GetCount(kMaxWindows, 12, "windows"));
  if (plan.windows.empty()) in.Fail("windows", "expected at least 1, or nothing more; found 0");
  for (Window& window : plan.windows) {
    window.positions = in.Get<uint32_t>("positions of a window");
    window.page_bytes = in.Get<uint64_t>("bytes of a window's page");
  }
  for (PageLayer& layer : plan.layers) layer.page_class = in.Get<uint32_t>("class of a layer");
}

}  // namespace

uint64_t Plan::pages_of(const Window& window) const {
  return EMEL_WINDOW_PAGES(window.positions, entries.back().max_tokens);
}

uint64_t Plan::window_bytes(uint64_t positions) const {
  uint64_t bytes = 0;
  for (const Window& window : windows) {
    bytes += std::min(pages_of(positions), pages_of(window)) * window.page_bytes;
  }
  return bytes;
}

absl::Status Check(const Plan& plan) {
  EMEL_RETURN_IF_ERROR(CheckSizes(plan));
  EMEL_RETURN_IF_ERROR(CheckWindows(plan));
  EMEL_RETURN_IF_ERROR(CheckLayers(plan));
  EMEL_RETURN_IF_ERROR(CheckEntries(plan));
  return CheckVariants(plan);
}

std::vector<uint8_t> Encode(const Plan& plan) {
  ByteWriter out;
  out.Put(plan.step_version);
  out.Put(plan.vocabulary);
  out.Put(plan.context);
  out.Put(plan.max_workers);
  out.Put(plan.weights_bytes);
  out.Put(plan.arena_bytes);
  out.Put(plan.scratch_bytes);
  out.Put(plan.page_bytes);
  out.Put(plan.arena_align);
  out.Put(plan.page_positions);
  out.Put(static_cast<uint32_t>(plan.layers.size()));
  for (const PageLayer& layer : plan.layers) {
    out.Put(layer.offset);
    out.Put(layer.heads);
    out.Put(layer.key_dim);
    out.Put(layer.value_dim);
    out.Put(static_cast<uint32_t>(layer.element));
  }
  out.Put(static_cast<uint32_t>(plan.entries.size()));
  for (const Entry& entry : plan.entries) {
    out.Put(std::string_view(entry.name));
    out.Put(entry.max_tokens);
    out.Put(entry.max_rows);
    out.Put(entry.ticket_count);
    out.Put(entry.launches);
    out.Put(entry.barriers);
    out.Put(static_cast<uint32_t>(entry.rounding));
  }
  out.Put(static_cast<uint32_t>(plan.variants.size()));
  for (const Variant& variant : plan.variants) {
    out.Put(std::string_view(variant.name));
    out.Put(variant.features.bits);
    for (uint64_t offset : variant.entry_offsets) out.Put(offset);
  }
  if (plan.windows.empty()) return std::move(out).Take();
  out.Put(static_cast<uint32_t>(plan.windows.size()));
  for (const Window& window : plan.windows) {
    out.Put(window.positions);
    out.Put(window.page_bytes);
  }
  for (const PageLayer& layer : plan.layers) out.Put(layer.page_class);
  return std::move(out).Take();
}

absl::StatusOr<Plan> DecodePlan(absl::Span<const uint8_t> bytes) {
  ByteReader in(bytes, "plan");
  Plan plan;
  ReadSizes(in, plan);
  // First of all: what follows may differ in another version.
  if (in.status().ok()) EMEL_RETURN_IF_ERROR(CheckSizes(plan));
  ReadLayers(in, plan);
  ReadEntries(in, plan);
  ReadVariants(in, plan);
  if (!in.AtEnd()) ReadWindows(in, plan);
  EMEL_RETURN_IF_ERROR(in.End());
  EMEL_RETURN_IF_ERROR(Check(plan));
  return plan;
}

std::vector<CpuVariant> CpuVariants(const Plan& plan) {
  std::vector<CpuVariant> out;
  out.reserve(plan.variants.size());
  for (const Variant& variant : plan.variants) out.push_back({variant.name, variant.features});
  return out;
}

std::vector<uint8_t> EncodeSample(uint32_t sample) {
  ByteWriter out;
  out.Put(sample);
  return std::move(out).Take();
}

absl::StatusOr<uint32_t> DecodeSample(absl::Span<const uint8_t> bytes, uint32_t vocabulary) {
  ByteReader in(bytes, "sample");
  const auto sample = in.Get<uint32_t>("tokens");
  EMEL_RETURN_IF_ERROR(in.End());
  if (sample >= 1 && sample <= vocabulary) return sample;
  return absl::InvalidArgumentError(absl::StrCat("sample: expected 1 to ", vocabulary,
                                                 " tokens, the vocabulary, found ", sample));
}

std::vector<uint8_t> Encode(absl::Span<const Symbol> symbols) {
  ByteWriter out;
  out.Put(static_cast<uint32_t>(symbols.size()));
  for (const Symbol& symbol : symbols) {
    out.Put(symbol.offset);
    out.Put(symbol.size);
    out.Put(std::string_view(symbol.name));
  }
  return std::move(out).Take();
}

absl::StatusOr<std::vector<Symbol>> DecodeSymbols(absl::Span<const uint8_t> bytes,
                                                  uint64_t code_bytes) {
  constexpr uint32_t kMaxSymbols = 1 << 20, kMaxSymbolName = 1023;
  ByteReader in(bytes, "symbols");
  std::vector<Symbol> symbols(in.GetCount(kMaxSymbols, 20, "symbols"));
  for (Symbol& symbol : symbols) {
    symbol.offset = in.Get<uint64_t>("offset of a symbol");
    symbol.size = in.Get<uint64_t>("size of a symbol");
    symbol.name = in.GetText(kMaxSymbolName, "name of a symbol");
    if (!in.status().ok()) break;
    if (!IsName(symbol.name, kMaxSymbolName)) {
      in.Fail("name of a symbol", "expected printable ASCII without blanks, slashes or quotes");
    } else if (symbol.offset > code_bytes || symbol.size > code_bytes - symbol.offset) {
      in.Fail(symbol.name,
              absl::StrCat("expected a range within ", code_bytes, " bytes of code, found ",
                           symbol.size, " bytes at ", symbol.offset));
    }
  }
  EMEL_RETURN_IF_ERROR(in.End());
  return symbols;
}

std::vector<uint8_t> Encode(const Imports& imports) {
  ByteWriter out;
  out.Put(imports.table);
  out.Put(static_cast<uint32_t>(imports.functions.size()));
  for (const std::string& name : imports.functions) out.Put(std::string_view(name));
  return std::move(out).Take();
}

absl::StatusOr<Imports> DecodeImports(absl::Span<const uint8_t> bytes, uint64_t code_bytes) {
  ByteReader in(bytes, "imports");
  Imports imports;
  imports.table = in.Get<uint64_t>("table");
  imports.functions.resize(in.GetCount(kMaxImports, 4, "functions"));
  for (std::string& name : imports.functions) {
    name = in.GetText(kMaxName, "name of a function");
    if (!in.status().ok()) break;
    if (!IsName(name, kMaxName)) {
      in.Fail("name of a function", "expected printable ASCII without blanks, slashes or quotes");
    }
  }
  EMEL_RETURN_IF_ERROR(in.End());
  const uint64_t size = imports.functions.size() * sizeof(uint64_t);
  if (size > 0 && imports.table % 8 == 0 && imports.table <= code_bytes &&
      size <= code_bytes - imports.table) {
    return imports;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "imports: expected a table, aligned to 8, within ", code_bytes, " bytes of code, found ",
      imports.functions.size(), " functions at ", imports.table));
}

std::vector<uint8_t> Encode(const ExternalWeights& weights) {
  ByteWriter out;
  out.PutRaw(weights.sha256);
  out.Put(weights.bytes);
  out.Put(std::string_view(weights.file));
  return std::move(out).Take();
}

absl::StatusOr<ExternalWeights> DecodeExternalWeights(absl::Span<const uint8_t> bytes) {
  ByteReader in(bytes, "weights file");
  ExternalWeights weights;
  const auto digest = in.GetRaw(weights.sha256.size(), "SHA-256");
  std::copy(digest.begin(), digest.end(), weights.sha256.begin());
  weights.bytes = in.Get<uint64_t>("size");
  weights.file = in.GetText(255, "name");
  EMEL_RETURN_IF_ERROR(in.End());
  if (!IsName(weights.file, 255)) {
    return absl::InvalidArgumentError(
        "weights file: name: expected printable ASCII without blanks, slashes or quotes");
  }
  return weights;
}

}  // namespace emel::artifact
