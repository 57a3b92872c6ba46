#include "runtime/text/vocabulary.h"

#include "runtime/io/status.h"
#include "runtime/text/pre_tokenizers.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace emel::text {
namespace {

using gguf::Value;
using gguf::ValueType;

constexpr std::string_view kModel = "tokenizer.ggml.model";
constexpr std::string_view kPre = "tokenizer.ggml.pre";
constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kScores = "tokenizer.ggml.scores";
constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
constexpr std::string_view kMerges = "tokenizer.ggml.merges";

// Values of tokenizer.ggml.model, with the ids that files may leave out.
struct Family {
  std::string_view model;
  std::optional<VocabularyKind> kind;  // nothing: known, and not supported yet
  int32_t bos = kNoToken;
  int32_t eos = kNoToken;
  int32_t unknown = kNoToken;
  int32_t separator = kNoToken;
};
constexpr Family kFamilies[] = {
    {"none", VocabularyKind::kNone},
    {"no_vocab", VocabularyKind::kNone},
    {"llama", VocabularyKind::kSpm, 1, 2, 0},
    {"gpt2", VocabularyKind::kBpe},
    {"bert", VocabularyKind::kWpm, 101, kNoToken, 100, 102},
    {"t5", std::nullopt},
    {"rwkv", std::nullopt},
    {"plamo2", std::nullopt},
    {"gemma4", std::nullopt},
};

// Tokens that end a turn, and then those that mark a gap to fill. Files often give them another
// type; in text that is not trusted they must not be recognised.
constexpr size_t kEndTexts = 10;
constexpr std::string_view kControlTexts[] = {
    "<|eot_id|>",    "<|im_end|>",      "<|end|>",
    "<end_of_turn>", "<|endoftext|>",   "<|end_of_text|>",
    "<EOT>",         "_<EOT>",          "<｜end▁of▁sentence｜>",
    "<|eom_id|>",    "<|fim_prefix|>",  "<fim-prefix>",
    "<fim_prefix>",  "<｜fim▁begin｜>", "<PRE>",
    "▁<PRE>",        "<|fim_suffix|>",  "<fim-suffix>",
    "<fim_suffix>",  "<｜fim▁hole｜>",  "<SUF>",
    "▁<SUF>",        "<|fim_middle|>",  "<fim-middle>",
    "<fim_middle>",  "<｜fim▁end｜>",   "<MID>",
    "▁<MID>",        "<|fim_pad|>",     "<fim-pad>",
    "<fim_pad>",     "<PAD>",           "<|fim_repo|>",
    "<|repo_name|>", "<fim-repo>",      "<REPO>",
    "<reponame>",    "<|file_sep|>",
};

std::string Describe(const Value& value) {
  const gguf::Array* array = value.AsArray();
  if (array == nullptr) return std::string(gguf::Name(value.type));
  return absl::StrCat("an array of ", array->size(), " ", Text(gguf::Name(array->element_type)));
}

bool IsFloat(ValueType type) { return type == ValueType::kFloat32 || type == ValueType::kFloat64; }

class Loader {
 public:
  Loader(FindValue find, const std::string& file) : find_(find), file_(file) {}

  absl::StatusOr<Vocabulary> Load() {
    for (auto step :
         {&Loader::LoadFamily, &Loader::LoadTokens, &Loader::LoadScores, &Loader::LoadTypes,
          &Loader::LoadMerges, &Loader::LoadPreTokenizer, &Loader::LoadIds, &Loader::LoadFlags}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
      if (vocabulary_.kind == VocabularyKind::kNone) break;
    }
    return std::move(vocabulary_);
  }

 private:
  template <typename... Parts>
  absl::Status Error(absl::StatusCode code, std::string_view key, const Value* value,
                     const Parts&... parts) const {
    const std::string where = value == nullptr ? "" : absl::StrCat(", offset ", value->offset);
    return {code, absl::StrCat("key '", Text(key), "': ", parts..., " (", file_, where, ")")};
  }
  template <typename... Parts>
  absl::Status Invalid(std::string_view key, const Value* value, const Parts&... parts) const {
    return Error(absl::StatusCode::kInvalidArgument, key, value, parts...);
  }

  absl::Status LoadFamily();
  absl::Status LoadTokens();
  absl::Status LoadScores();
  absl::Status LoadTypes();
  absl::Status LoadMerges();
  absl::Status LoadPreTokenizer();
  absl::Status LoadIds();
  absl::Status LoadFlags();
  absl::Status CheckLength(std::string_view key, const Value& value) const;
  absl::StatusOr<const std::vector<std::string>*> Strings(std::string_view key) const;
  absl::Status ReadId(std::string_view key, int32_t& id) const;
  absl::Status ReadFlag(std::string_view key, bool& flag) const;
  absl::Status ReadAddFlag(std::string_view key, int32_t id, bool& flag) const;

  FindValue find_;
  const std::string& file_;
  Vocabulary vocabulary_;
};

absl::Status Loader::LoadFamily() {
  std::vector<absl::string_view> supported;
  for (const Family& family : kFamilies) {
    if (family.kind) supported.push_back(Text(family.model));
  }
  const std::string expected = absl::StrCat("expected one of ", absl::StrJoin(supported, ", "));
  const Value* value = find_(kModel);
  if (value == nullptr) {
    return Error(absl::StatusCode::kNotFound, kModel, value, expected, ", found nothing");
  }
  const std::string* model = value->AsString();
  if (model == nullptr) return Invalid(kModel, value, expected, ", found ", Describe(*value));
  for (const Family& family : kFamilies) {
    if (family.model != *model) continue;
    if (!family.kind) {
      return Invalid(kModel, value, expected, ", found '", *model, "', which is not supported yet");
    }
    vocabulary_.kind = *family.kind;
    vocabulary_.bos = family.bos;
    vocabulary_.eos = family.eos;
    vocabulary_.unknown = family.unknown;
    vocabulary_.separator = family.separator;
    return absl::OkStatus();
  }
  return Invalid(kModel, value, expected, ", found '", *model, "'");
}

absl::StatusOr<const std::vector<std::string>*> Loader::Strings(std::string_view key) const {
  const Value* value = find_(key);
  if (value == nullptr) return Invalid(key, value, "expected an array of strings, found nothing");
  const gguf::Array* array = value->AsArray();
  const auto* strings =
      array == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&array->elements);
  if (strings == nullptr) {
    return Invalid(key, value, "expected an array of strings, found ", Describe(*value));
  }
  return strings;
}

absl::Status Loader::LoadTokens() {
  auto texts = Strings(kTokens);
  if (!texts.ok()) return texts.status();
  if ((*texts)->empty() || (*texts)->size() > INT32_MAX) {
    return Invalid(kTokens, find_(kTokens), "expected 1 to 2147483647 tokens, found ",
                   (*texts)->size());
  }
  vocabulary_.tokens.reserve((*texts)->size());
  for (const std::string& text : **texts) vocabulary_.tokens.push_back({text});
  vocabulary_.index.reserve(vocabulary_.tokens.size());
  for (size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
    const std::string& text = vocabulary_.tokens[id].text;
    if (!text.empty()) vocabulary_.index.try_emplace(text, static_cast<int32_t>(id));
  }
  return absl::OkStatus();
}

absl::Status Loader::CheckLength(std::string_view key, const Value& value) const {
  const size_t size = value.AsArray()->size();
  if (size == vocabulary_.tokens.size()) return absl::OkStatus();
  return Invalid(key, &value, "expected ", vocabulary_.tokens.size(), " elements, one per token, ",
                 "found ", size);
}

absl::Status Loader::LoadScores() {
  const Value* value = find_(kScores);
  if (value == nullptr) return absl::OkStatus();
  const gguf::Array* array = value->AsArray();
  if (array == nullptr || !IsFloat(array->element_type)) {
    return Invalid(kScores, value, "expected an array of float32, found ", Describe(*value));
  }
  if (absl::Status status = CheckLength(kScores, *value); !status.ok()) return status;
  const auto& scores = std::get<std::vector<double>>(array->elements);
  for (size_t id = 0; id < scores.size(); ++id) {
    if (std::isnan(scores[id])) {
      return Invalid(kScores, value, "expected numbers, found NaN as element ", id);
    }
    vocabulary_.tokens[id].score = static_cast<float>(scores[id]);
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadTypes() {
  if (const Value* value = find_(kTypes)) {
    const gguf::Array* array = value->AsArray();
    if (array == nullptr ||
        (array->element_type != ValueType::kInt32 && array->element_type != ValueType::kUint32)) {
      return Invalid(kTypes, value, "expected an array of int32, found ", Describe(*value));
    }
    if (absl::Status status = CheckLength(kTypes, *value); !status.ok()) return status;
    const auto set = [&](size_t id, auto type) {
      const bool known = type >= 1 && type <= 6;
      vocabulary_.tokens[id].type = known ? static_cast<TokenType>(type) : TokenType::kUndefined;
    };
    if (const auto* types = std::get_if<std::vector<int64_t>>(&array->elements)) {
      for (size_t id = 0; id < types->size(); ++id) set(id, (*types)[id]);
    } else if (const auto* types = std::get_if<std::vector<uint64_t>>(&array->elements)) {
      for (size_t id = 0; id < types->size(); ++id) set(id, (*types)[id]);
    }
  }
  for (std::string_view text : kControlTexts) {
    const int32_t id = vocabulary_.Find(text);
    if (id != kNoToken) vocabulary_.tokens[id].type = TokenType::kControl;
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadMerges() {
  if (vocabulary_.kind != VocabularyKind::kBpe) return absl::OkStatus();
  auto merges = Strings(kMerges);
  if (!merges.ok()) return merges.status();
  vocabulary_.merges.reserve((*merges)->size());
  for (const std::string& merge : **merges) {
    const size_t space = merge.find(' ', 1);
    if (space == std::string::npos || space + 1 == merge.size()) {
      return Invalid(kMerges, find_(kMerges), "expected two strings separated by a space, found '",
                     merge, "' as element ", vocabulary_.merges.size());
    }
    vocabulary_.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return absl::OkStatus();
}

absl::Status Loader::LoadPreTokenizer() {
  if (vocabulary_.kind != VocabularyKind::kBpe) return absl::OkStatus();
  std::string name = "default";
  const Value* value = find_(kPre);
  if (value != nullptr) {
    if (value->AsString() == nullptr) {
      return Invalid(kPre, value, "expected a string, found ", Describe(*value));
    }
    name = *value->AsString();
  }
  vocabulary_.pre_tokenizer = FindPreTokenizer(name);
  if (vocabulary_.pre_tokenizer == nullptr) {
    return Invalid(kPre, value, "expected one of ", PreTokenizerNames(), ", found '", name, "'");
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadId(std::string_view key, int32_t& id) const {
  const size_t count = vocabulary_.tokens.size();
  if (id != kNoToken && static_cast<size_t>(id) >= count) id = kNoToken;  // the family's default
  const Value* value = find_(key);
  if (value == nullptr) return absl::OkStatus();
  const std::optional<uint64_t> number = value->AsUnsigned();
  if (!number) return Invalid(key, value, "expected a token id, found ", Describe(*value));
  if (*number >= count) {
    return Invalid(key, value, "expected a token id from 0 to ", count - 1, ", found ", *number);
  }
  id = static_cast<int32_t>(*number);
  return absl::OkStatus();
}

absl::Status Loader::ReadFlag(std::string_view key, bool& flag) const {
  const Value* value = find_(key);
  if (value == nullptr) return absl::OkStatus();
  const std::optional<bool> read = value->AsBool();
  if (!read) return Invalid(key, value, "expected a bool, found ", Describe(*value));
  flag = *read;
  return absl::OkStatus();
}

// Asking for a token that the file does not name is a contradiction.
absl::Status Loader::ReadAddFlag(std::string_view key, int32_t id, bool& flag) const {
  absl::Status status = ReadFlag(key, flag);
  const Value* value = find_(key);
  if (status.ok() && value != nullptr && flag && id == kNoToken) {
    return Invalid(key, value, "expected false, for no such token is named, found true");
  }
  return status;
}

absl::Status Loader::LoadIds() {
  absl::Status status = ReadId("tokenizer.ggml.bos_token_id", vocabulary_.bos);
  status.Update(ReadId("tokenizer.ggml.eos_token_id", vocabulary_.eos));
  std::set<int32_t> ends{vocabulary_.eos};
  for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    int32_t id = kNoToken;
    status.Update(ReadId(key, id));
    ends.insert(id);
  }
  for (size_t i = 0; i < kEndTexts; ++i) ends.insert(vocabulary_.Find(kControlTexts[i]));
  ends.erase(kNoToken);
  vocabulary_.ends.assign(ends.begin(), ends.end());
  status.Update(ReadId("tokenizer.ggml.unknown_token_id", vocabulary_.unknown));
  // The format's own spelling, and the right one.
  status.Update(ReadId("tokenizer.ggml.seperator_token_id", vocabulary_.separator));
  status.Update(ReadId("tokenizer.ggml.separator_token_id", vocabulary_.separator));
  return status;
}

absl::Status Loader::LoadFlags() {
  Vocabulary& v = vocabulary_;
  const bool spm = v.kind == VocabularyKind::kSpm;
  const bool wpm = v.kind == VocabularyKind::kWpm;
  v.add_bos = spm || wpm || (v.pre_tokenizer != nullptr && v.pre_tokenizer->add_bos);
  v.add_eos = wpm;
  v.add_space_prefix = spm;
  v.clean_spaces = wpm || (v.pre_tokenizer != nullptr && v.pre_tokenizer->clean_spaces);
  absl::Status status;
  if (!wpm) {
    status.Update(ReadAddFlag("tokenizer.ggml.add_bos_token", v.bos, v.add_bos));
    status.Update(ReadAddFlag("tokenizer.ggml.add_eos_token", v.eos, v.add_eos));
  }
  status.Update(ReadFlag("tokenizer.ggml.add_space_prefix", v.add_space_prefix));
  status.Update(ReadFlag("tokenizer.ggml.normalizer.lowercase", v.lowercase));
  v.strip_accents = v.lowercase;
  status.Update(ReadFlag("tokenizer.ggml.normalizer.strip_accents", v.strip_accents));
  v.add_bos = v.add_bos && v.bos != kNoToken;
  v.add_eos = v.add_eos && (wpm ? v.separator : v.eos) != kNoToken;

  // The format has no key for it; the Phi-3 family's tokenizers do it.
  const Value* name = find_("general.name");
  if (name != nullptr && name->AsString() != nullptr) {
    const std::string lower = absl::AsciiStrToLower(*name->AsString());
    v.special_strips_right =
        lower.find("phi-3") != std::string::npos || lower.find("phi3") != std::string::npos;
  }
  return status;
}

}  // namespace

absl::StatusOr<Vocabulary> LoadVocabulary(FindValue find, const std::string& file) {
  return Loader(find, file).Load();
}

absl::StatusOr<Vocabulary> LoadVocabulary(const gguf::Model& model) {
  const auto find = [&model](std::string_view key) { return model.Find(key); };
  return LoadVocabulary(find, model.shards().empty() ? "" : model.shards().front().path);
}

}  // namespace emel::text
