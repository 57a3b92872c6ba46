#include "runtime/gguf/tensor_role.h"
#include "runtime/io/status.h"
#include "tools/inspect/inspect.h"
#include "tools/support/text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace emel::tools {
namespace {

using gguf::Array;
using gguf::KeyValue;
using gguf::Model;
using gguf::Shard;
using gguf::Tensor;
using gguf::Value;
using gguf::ValueType;

constexpr size_t kValueWidth = 64;

struct Headline {
  std::string_view label, key;
};

// What a reader wants to know first; every other key follows in the table of metadata.
constexpr Headline kHeadlines[] = {
    {"name", "general.name"},
    {"architecture", "general.architecture"},
    {"licence", "general.license"},
    {"licence", "general.license.name"},
    {"licence", "general.license.link"},
    {"author", "general.author"},
    {"organization", "general.organization"},
    {"version", "general.version"},
    {"source", "general.url"},
    {"source", "general.repo_url"},
    {"source", "general.source.url"},
    {"source", "general.source.repo_url"},
    {"source", "general.source.huggingface.repository"},
    {"base model", "general.base_model.0.name"},
    {"base model", "general.base_model.0.repo_url"},
};

std::string FormatReal(double value, bool single) {
  char text[40];
  auto result = single ? std::to_chars(text, text + sizeof(text), static_cast<float>(value))
                       : std::to_chars(text, text + sizeof(text), value);
  return std::string(text, result.ptr);
}

// Quoted, and cut before the first UTF-8 sequence that does not fit.
std::string FormatText(std::string_view text, size_t width) {
  if (text.size() <= width) return Quoted(text);
  size_t end = width;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return absl::StrCat(Quoted(text.substr(0, end)), "… (", text.size(), " bytes)");
}

std::string FormatArray(const Array& array) {
  std::string out = "[";
  bool single = array.element_type == ValueType::kFloat32;
  std::visit(
      [&](const auto& list) {
        for (size_t i = 0; i < list.size(); ++i) {
          using Element = std::decay_t<decltype(list[i])>;
          std::string text;
          if constexpr (std::is_same_v<Element, std::string>) {
            text = FormatText(list[i], 24);
          } else if constexpr (std::is_same_v<Element, double>) {
            text = FormatReal(list[i], single);
          } else {
            text = absl::StrCat(list[i]);
          }
          if (i > 0) out += ", ";
          if (out.size() + text.size() > kValueWidth && i + 1 < list.size()) {
            out += "…";
            break;
          }
          out += text;
        }
      },
      array.elements);
  return out + "]";
}

std::string FormatValue(const Value& value) {
  if (const std::string* text = value.AsString()) return FormatText(*text, kValueWidth);
  if (const Array* array = value.AsArray()) return FormatArray(*array);
  if (auto flag = value.AsBool()) return *flag ? "true" : "false";
  if (auto real = value.AsFloat()) return FormatReal(*real, value.type == ValueType::kFloat32);
  if (const int64_t* number = std::get_if<int64_t>(&value.data)) return absl::StrCat(*number);
  return absl::StrCat(std::get<uint64_t>(value.data));
}

std::string FormatType(const Value& value) {
  const Array* array = value.AsArray();
  if (array == nullptr) return std::string(Name(value.type));
  return absl::StrCat(Text(Name(array->element_type)), "[", array->size(), "]");
}

std::string ShapeOf(const Tensor& tensor) {
  std::string out;
  for (uint32_t i = 0; i < tensor.rank; ++i) absl::StrAppend(&out, i ? "x" : "", tensor.dims[i]);
  return out;
}

std::string TypeName(gguf::TensorType type) { return std::string(gguf::GetInfo(type).name); }

std::string LayerText(const gguf::TensorRole& role) {
  return role.layer ? absl::StrCat(*role.layer) : "-";
}

std::string FormatBits(uint64_t bytes, uint64_t parameters) {
  if (parameters == 0) return "-";
  return absl::StrFormat("%.2f",
                         8.0 * static_cast<double>(bytes) / static_cast<double>(parameters));
}

std::string ModelFiles(const Model& model) {
  std::string out;
  for (const Shard& shard : model.shards()) {
    absl::StrAppend(&out, Printable(shard.path), "  GGUF version ", shard.version, ", ",
                    HumanBytes(shard.file_bytes), "\n");
  }
  return out;
}

std::string Headlines(const Model& model, const Totals& totals) {
  TextTable table({"", ""});
  AddHeadlines(model, table);
  table.AddRow({"parameters", absl::StrCat(HumanCount(totals.parameters), " (", totals.parameters,
                                           ") in ", model.tensors().size(), " tensors")});
  table.AddRow(
      {"weights", absl::StrCat(HumanBytes(totals.bytes), ", ",
                               FormatBits(totals.bytes, totals.parameters), " bits per weight")});
  return table.ToString();
}

std::string ModelTensors(const Model& model) {
  TextTable table({"name", "type", ">shape", "category", ">layer", ">shard", ">offset", ">size"});
  for (const Tensor& tensor : model.tensors()) {
    gguf::TensorRole role = gguf::RoleOf(tensor.name);
    table.AddRow({Printable(tensor.name), TypeName(tensor.type), ShapeOf(tensor),
                  std::string(Name(role.category)), LayerText(role), absl::StrCat(tensor.shard),
                  absl::StrCat(tensor.offset), HumanBytes(tensor.bytes)});
  }
  return absl::StrCat("tensors (", model.tensors().size(), ", shape innermost first)\n",
                      table.ToString());
}

std::string TypeTotals(const Totals& totals) {
  TextTable table({"type", ">tensors", ">parameters", ">size", ">share", ">bits per weight"});
  for (const TypeTotal& total : totals.types) {
    table.AddRow({TypeName(total.type), absl::StrCat(total.tensors), HumanCount(total.parameters),
                  HumanBytes(total.bytes), Percent(total.bytes, totals.bytes),
                  FormatBits(total.bytes, total.parameters)});
  }
  return absl::StrCat("totals per type\n", table.ToString());
}

}  // namespace

void AddHeadlines(const Model& model, TextTable& table) {
  bool licensed = false;
  for (const Headline& headline : kHeadlines) {
    const Value* value = model.Find(headline.key);
    const std::string* text = value == nullptr ? nullptr : value->AsString();
    if (text == nullptr) continue;
    licensed |= headline.label == "licence";
    table.AddRow({std::string(headline.label), Printable(*text)});
  }
  if (!licensed) table.AddRow({"licence", "not stated"});
}

std::string MetadataTable(const Model& model) {
  TextTable table({"key", "type", "value"});
  for (const KeyValue& entry : model.metadata()) {
    table.AddRow({Printable(entry.key), FormatType(entry.value), FormatValue(entry.value)});
  }
  return absl::StrCat("metadata (", model.metadata().size(), " keys)\n", table.ToString());
}

absl::Status PrintTable(const Model& model, OutputFile& out) {
  Totals totals = TotalsOf(model);
  EMEL_RETURN_IF_ERROR(out.Write(absl::StrCat(ModelFiles(model), Headlines(model, totals), "\n")));
  EMEL_RETURN_IF_ERROR(out.Write(absl::StrCat(MetadataTable(model), "\n")));
  EMEL_RETURN_IF_ERROR(out.Write(absl::StrCat(ModelTensors(model), "\n")));
  return out.Write(TypeTotals(totals));
}

}  // namespace emel::tools
