#include "compiler/pack/Pack.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Load.h"
#include "dialects/RegisterDialects.h"
#include "dialects/emel/Layouts.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "tests/support/build_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace emel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Bytes = std::vector<uint8_t>;

/// A module of weights beside files that hold them.
class PackTest : public ::testing::Test {
 protected:
  PackTest() : context_(knownDialects(), mlir::MLIRContext::Threading::DISABLED) {
    folder_ = fs::path(::testing::TempDir()) / ("pack-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  ~PackTest() override { fs::remove_all(folder_); }

  /// A file of random bytes, or of any size without content.
  Bytes addFile(const std::string& name, size_t size) {
    std::mt19937 random(static_cast<uint32_t>(size));
    Bytes bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(size));
    return bytes;
  }

  void parse(const std::string& text) {
    module_ = mlir::parseSourceString<mlir::ModuleOp>(text, &context_);
    ASSERT_TRUE(module_);
  }

  /// Packs into `packed_`; the error where it fails.
  std::string pack(PackOptions options = {}) {
    options.shardFolders.push_back(folder_.string());
    packed_.clear();
    DiagnosticCollector diagnostics(&context_);
    auto packing = Packing::create(*module_, options);
    if (succeeded(packing)) {
      places_ = packing->weights().vec();
      auto written = packing->write([&](absl::Span<const uint8_t> bytes) {
        packed_.insert(packed_.end(), bytes.begin(), bytes.end());
        return absl::OkStatus();
      });
      if (succeeded(written)) {
        EXPECT_EQ(packed_.size(), packing->bytes());
        return "";
      }
    }
    return std::string(diagnostics.status().message());
  }

  /// The bytes of the file that the packed weight number `i` gives back.
  Bytes unpack(size_t i) {
    PackedWeight& place = places_[i];
    mlir::RankedTensorType type = place.weight.getStoredType();
    auto read = [&](uint64_t offset, absl::Span<uint8_t> out) {
      EXPECT_LE(offset + out.size(), place.bytes);
      std::copy_n(packed_.begin() + place.offset + offset, out.size(), out.begin());
      return absl::OkStatus();
    };
    Bytes bytes;
    auto append = [&](absl::Span<const uint8_t> more) {
      bytes.insert(bytes.end(), more.begin(), more.end());
      return absl::OkStatus();
    };
    EXPECT_TRUE(layout::Unpack(*getFormat(type), getMatrices(type), read, append).ok());
    return bytes;
  }

  mlir::MLIRContext context_;
  fs::path folder_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  Bytes packed_;
  std::vector<PackedWeight> places_;
};

Bytes part(const Bytes& bytes, size_t begin, size_t size) {
  return {bytes.begin() + begin, bytes.begin() + begin + size};
}

TEST_F(PackTest, WritesEveryWeightInItsLayout) {
  Bytes a = addFile("a.gguf", 4096), b = addFile("b.gguf", 8192);
  parse(R"(
    emel.shard @a "a.gguf" bytes 4096
    emel.shard @b "b.gguf" bytes 8192
    emel.weight @norm : tensor<5xf32> in @a at 100 bytes 20
    emel.weight @matrix : tensor<17x96x!emel.q4_0> in @a at 200 bytes 918 packed <r16>
    emel.weight @experts : tensor<3x5x32x!emel.q8_0> in @b at 64 bytes 510 packed <r16>
    emel.weight @table : tensor<2x256x!emel.iq2_xxs> in @b at 1000 bytes 132
  )");
  uint64_t done = 0, total = 0;
  ASSERT_EQ(pack({.progress = [&](uint64_t d, uint64_t t) { done = d, total = t; }}), "");
  ASSERT_EQ(places_.size(), 4u);
  EXPECT_EQ(unpack(0), part(a, 100, 20));
  EXPECT_EQ(unpack(1), part(a, 200, 918));
  EXPECT_EQ(unpack(2), part(b, 64, 510));
  EXPECT_EQ(unpack(3), part(b, 1000, 132));
  uint64_t end = 0;
  for (const PackedWeight& place : places_) {
    EXPECT_EQ(place.offset % 64, 0u);
    EXPECT_GE(place.offset, end);
    EXPECT_FALSE(place.isShared);
    end = place.offset + place.bytes;
  }
  EXPECT_EQ(end, packed_.size());
  EXPECT_EQ(places_[1].bytes, 2u * (576 + 320));
  EXPECT_EQ(done, total);
  EXPECT_EQ(total, packed_.size());
}

TEST_F(PackTest, AlignsAsAsked) {
  addFile("a.gguf", 4096);
  parse(R"(
    emel.shard @a "a.gguf" bytes 4096
    emel.weight @x : tensor<5xf32> in @a at 0 bytes 20
    emel.weight @y : tensor<5xf32> in @a at 20 bytes 20
  )");
  ASSERT_EQ(pack({.alignment = 4096}), "");
  EXPECT_EQ(places_[1].offset, 4096u);
}

TEST_F(PackTest, WritesTwinsOnceWhereTheyAreTheSame) {
  Bytes a = addFile("a.gguf", 1u << 20);
  std::copy_n(a.begin(), 1 << 19, a.begin() + (1 << 19));  // two halves of the same content
  std::ofstream(folder_ / "a.gguf", std::ios::binary)
      .write(reinterpret_cast<char*>(a.data()), 1 << 20);
  parse(R"(
    emel.shard @a "a.gguf" bytes 1048576
    emel.weight @first : tensor<256x512xf32> in @a at 0 bytes 524288
    emel.weight @same : tensor<256x512xf32> in @a at 524288 bytes 524288 twin @first
    emel.weight @other : tensor<256x512xf32> in @a at 4 bytes 524288 twin @first
    emel.weight @packed : tensor<256x512xf32> in @a at 524288 bytes 524288 packed <r16> twin @first
  )");
  ASSERT_EQ(pack(), "");
  EXPECT_TRUE(places_[1].isShared);
  EXPECT_EQ(places_[1].offset, places_[0].offset);
  EXPECT_FALSE(places_[2].isShared);
  EXPECT_FALSE(places_[3].isShared);
  EXPECT_EQ(packed_.size(), 3u << 19);
  EXPECT_EQ(unpack(1), part(a, 1 << 19, 1 << 19));
  EXPECT_EQ(unpack(2), part(a, 4, 1 << 19));
}

TEST_F(PackTest, PlacesWithoutReading) {
  parse(R"(
    emel.shard @a "nowhere.gguf" bytes 4096
    emel.weight @x : tensor<5xf32> in @a at 0 bytes 20
    emel.weight @y : tensor<17x96x!emel.q4_0> in @a at 20 bytes 918 packed <r16>
  )");
  auto packing = Packing::create(*module_, {});
  ASSERT_TRUE(succeeded(packing));
  ASSERT_EQ(packing->weights().size(), 2u);
  EXPECT_EQ(packing->weights()[1].offset, 64u);
  EXPECT_EQ(packing->bytes(), 64u + 2 * (576 + 320));
}

TEST_F(PackTest, SaysWhatIsTooLarge) {
  std::string text = "emel.shard @a \"nowhere.gguf\" bytes 9223372036854775807\n";
  for (const char* name : {"a", "b", "c", "d"})
    text += std::string("emel.weight @w.") + name +
            " : tensor<1024x562949953421312xf32> in @a at 0 bytes 2305843009213693952\n";
  parse(text);
  EXPECT_THAT(pack(), HasSubstr("expected fewer than 2^63 bytes of weights, found "
                                "2305843009213693952 at offset 6917529027641081856"));
}

TEST_F(PackTest, SaysWhatIsMissing) {
  parse(R"(
    emel.shard @a "nowhere.gguf" bytes 4096
    emel.weight @x : tensor<5xf32> in @a at 0 bytes 20
  )");
  EXPECT_THAT(pack(), HasSubstr("cannot open shard @a"));
  addFile("nowhere.gguf", 10);
  EXPECT_THAT(pack(), HasSubstr("expected at least 4096 bytes, found 10"));
}

TEST_F(PackTest, DoesNotBlameWeightsForTheSink) {
  addFile("a.gguf", 4096);
  parse(R"(
    emel.shard @a "a.gguf" bytes 4096
    emel.weight @x : tensor<5xf32> in @a at 0 bytes 20
  )");
  DiagnosticCollector diagnostics(&context_);
  PackOptions options{.shardFolders = {folder_.string()}};
  auto full = [](absl::Span<const uint8_t>) { return absl::ResourceExhaustedError("disk full"); };
  auto packing = Packing::create(*module_, options);
  ASSERT_TRUE(succeeded(packing));
  EXPECT_TRUE(failed(packing->write(full)));
  EXPECT_EQ(diagnostics.status().message(), "failed without a reason");
}

/// Bytes of this process that no file backs.
uint64_t anonymousBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  return 0;
}

TEST_F(PackTest, TakesLittleMemoryForLargeWeights) {
  if (!testing::kMeasures) GTEST_SKIP() << "a build that measures nothing";
  fs::path file = folder_ / "large.gguf";
  std::ofstream(file, std::ios::binary).put(0);
  fs::resize_file(file, uint64_t{1} << 28);  // a hole
  parse(R"(
    emel.shard @a "large.gguf" bytes 268435456
    emel.weight @long : tensor<16x2097152xf32> in @a at 0 bytes 134217728 packed <r16>
    emel.weight @tall : tensor<524288x64xf32> in @a at 134217728 bytes 134217728 packed <r16>
  )");
  uint64_t before = anonymousBytes(), most = before, total = 0;
  PackOptions options{.shardFolders = {folder_.string()}};
  auto count = [&](absl::Span<const uint8_t> bytes) {
    if (total % (1 << 24) < bytes.size()) most = std::max(most, anonymousBytes());
    total += bytes.size();
    return absl::OkStatus();
  };
  auto packing = Packing::create(*module_, options);
  ASSERT_TRUE(succeeded(packing));
  ASSERT_TRUE(succeeded(packing->write(count)));
  EXPECT_EQ(total, uint64_t{1} << 28);
  if (before == 0) GTEST_SKIP() << "this system does not tell how much memory a process has";
  EXPECT_LT(most - before, uint64_t{4} << 20);
}

/// From a model file through the passes to packed weights and back.
TEST_F(PackTest, ModelsComeBackBitForBit) {
  for (const char* name : {"llama-all-types", "llama-288", "llama-mha-tied", "mixtral"}) {
    SCOPED_TRACE(name);
    std::string path =
        std::string(EMEL_SOURCE_DIR "/tests/fixtures/models/") + name + "/model.gguf";
    auto model = loadGguf(context_, path, {});
    ASSERT_TRUE(model.ok()) << model.status();
    module_ = std::move(model->module);
    mlir::PassManager passes(&context_);
    passes.addPass(createSelectLayouts());
    passes.addPass(createStorePacked());
    ASSERT_TRUE(succeeded(passes.run(*module_)));
    ASSERT_EQ(pack(), "");
    auto file = gguf::Model::Open(path);
    ASSERT_TRUE(file.ok());
    size_t packedCount = 0;
    for (size_t i = 0; i < places_.size(); ++i) {
      WeightOp weight = places_[i].weight;
      packedCount += weight.getLayout().has_value();
      const gguf::Tensor* tensor = file->FindTensor(std::string_view(weight.getSymName()));
      ASSERT_NE(tensor, nullptr);
      Bytes expected(tensor->bytes);
      ASSERT_TRUE(file->Read(*tensor, 0, absl::MakeSpan(expected)).ok());
      EXPECT_EQ(unpack(i), expected) << weight.getSymName().str();
    }
    EXPECT_GT(packedCount, places_.size() / 3);
  }
}

}  // namespace
}  // namespace emel
