// Ids and bytes that other tokenizers gave: llama.cpp's, where the reference data is (EMEL_ORACLE
// names its folder, or it lies beside the repository), and the demonstration model's own.

#include "tests/unit/text/tokenizer_test_util.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace emel::text {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path OracleDir() {
  const char* variable = std::getenv("EMEL_ORACLE");
  return variable ? fs::path(variable) : fs::path(EMEL_SOURCE_DIR) / "../shared/oracle";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::unique_ptr<Tokenizer> FromFile(const fs::path& path) {
  auto model = gguf::Model::Open(path, {.vocab_only = true});
  EXPECT_TRUE(model.ok()) << model.status();
  if (!model.ok()) return nullptr;
  auto vocabulary = LoadVocabulary(*model);
  EXPECT_TRUE(vocabulary.ok()) << vocabulary.status();
  if (!vocabulary.ok()) return nullptr;
  auto tokenizer = Tokenizer::Create(std::make_shared<const Vocabulary>(*std::move(vocabulary)));
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (unsigned char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    out += digits;
  }
  return out;
}

TEST(Oracle, SmallVocabularies) {
  const fs::path dir = OracleDir() / "tokenizer";
  if (!fs::is_directory(dir)) GTEST_SKIP() << "no " << dir << "; set EMEL_ORACLE to its folder";
  size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(dir)) {
    SCOPED_TRACE(entry.path());
    const Json json = Json::parse(ReadFile(entry.path()));
    const auto t = FromFile(dir / json["vocab_file"].get<std::string>());
    if (t == nullptr) continue;
    for (const Json& c : json["cases"]) {
      const std::string text = c["text"];
      SCOPED_TRACE(text);
      ++cases;
      EXPECT_EQ(Encode(*t, text, false, false), c["ids"].get<Ids>());
      EXPECT_EQ(Encode(*t, text, true, false), c["ids_add_special"].get<Ids>());
      EXPECT_EQ(Encode(*t, text, false, true), c["ids_parse_special"].get<Ids>());
      EXPECT_EQ(Encode(*t, text, true, true), c["ids_add_parse_special"].get<Ids>());
      EXPECT_EQ(Hex(Decode(*t, c["ids"].get<Ids>())), c["detok_hex_of_ids"].get<std::string>());
    }
  }
  EXPECT_GE(cases, 200u);
}

TEST(Oracle, RealVocabularies) {
  const fs::path dir = OracleDir() / "vocab";
  if (!fs::is_directory(dir)) GTEST_SKIP() << "no " << dir << "; set EMEL_ORACLE to its folder";
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (entry.path().extension() != ".gguf") continue;
    SCOPED_TRACE(entry.path());
    const auto t = FromFile(entry.path());
    if (t == nullptr) continue;
    const std::string texts = ReadFile(entry.path().string() + ".inp");
    std::istringstream lines(ReadFile(entry.path().string() + ".out"));
    std::string line;
    for (size_t begin = 0; begin <= texts.size() && std::getline(lines, line); ++cases) {
      const size_t end = std::min(texts.find(kSeparator, begin), texts.size());
      std::istringstream numbers(line);
      Ids expected;
      for (int32_t id; numbers >> id;) expected.push_back(id);
      const std::string text = texts.substr(begin, end - begin);
      EXPECT_EQ(Encode(*t, text), expected) << "'" << text << "'";
      begin = end + kSeparator.size();
    }
  }
  EXPECT_GE(cases, 180u);
}

TEST(Demo, PromptsAndStories) {
  const fs::path root = EMEL_SOURCE_DIR;
  const fs::path fixture = root / "tests/fixtures/demo/greedy.json";
  if (!fs::exists(fixture)) GTEST_SKIP() << "no " << fixture << ": the model is not trained yet";
  const Json json = Json::parse(ReadFile(fixture));
  const auto t = FromFile(root / json["model"].get<std::string>());
  ASSERT_NE(t, nullptr);
  EXPECT_FALSE(json["cases"].empty());
  for (const Json& c : json["cases"]) {
    Ids ids = c["ids"].get<Ids>();
    EXPECT_EQ(Encode(*t, c["prompt"].get<std::string>(), true), ids);
    for (int32_t id : c["greedy"]) ids.push_back(id);
    EXPECT_EQ(Decode(*t, ids, false), c["text"].get<std::string>());
  }
}

}  // namespace
}  // namespace emel::text
