#include "runtime/gguf/gguf.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <ostream>
#include <string>

// One row per defect of one file. Defects between the files of a split model: split_test.cpp.
namespace emel::gguf {
namespace {

using ::emel::testing::GgufBuilder;
using ::emel::testing::MemoryFiles;
using ::emel::testing::SmallModel;
using ::testing::MatchesRegex;

constexpr char kPath[] = "model.gguf";
constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();

absl::StatusOr<Model> OpenBytes(std::string bytes, const OpenOptions& given = {}) {
  MemoryFiles files;
  files.Add(kPath, std::move(bytes));
  const io::Syscalls syscalls = files.syscalls();
  OpenOptions options = given;
  options.syscalls = &syscalls;
  auto model = Model::Open(kPath, options);
  if (!model.ok()) return model.status();
  return Model();  // closed before `files` goes
}

struct Defect {
  const char* name;
  std::function<void(GgufBuilder&)> change;
  const char* message;  // before " (model.gguf, offset N)", as a regex
  std::function<void(std::string&)> patch = nullptr;  // of the finished bytes
};
void PrintTo(const Defect& defect, std::ostream* os) { *os << defect.name; }

void Nothing(GgufBuilder&) {}

void Cut(std::string& bytes, const char* after, size_t more) {
  bytes.resize(bytes.find(after) + std::string_view(after).size() + more);
}

const Defect kHeaderDefects[] = {
    {"empty", Nothing, "header: expected 4 bytes for the magic, found 0 to the end of the file",
     [](std::string& bytes) { bytes.clear(); }},
    {"one_byte", Nothing, "header: expected 4 bytes for the magic, found 1 to the end .*",
     [](std::string& bytes) { bytes.resize(1); }},
    {"magic_only", Nothing, "header: expected 4 bytes for the version, found 0 to the end .*",
     [](std::string& bytes) { bytes.resize(4); }},
    {"ends_after_version", Nothing, "header: expected 8 bytes for the tensor count, found 0 .*",
     [](std::string& bytes) { bytes.resize(8); }},
    {"ends_in_key_count", Nothing, "header: expected 8 bytes for the key count, found 7 .*",
     [](std::string& bytes) { bytes.resize(23); }},
    {"bad_magic", Nothing, "header: expected the magic 'GGUF', found 'GGUX'",
     [](std::string& bytes) { bytes[3] = 'X'; }},
    {"swapped_magic", Nothing, "header: expected a little-endian file, found a big-endian one",
     [](std::string& bytes) { bytes.replace(0, 4, "FUGG"); }},
    {"version_0", [](GgufBuilder& b) { b.version = 0; },
     "header: expected version 2 or 3, found 0"},
    {"version_1", [](GgufBuilder& b) { b.version = 1; },
     "header: expected version 2 or 3, found 1, whose 32-bit lengths are not supported"},
    {"version_4", [](GgufBuilder& b) { b.version = 4; },
     "header: expected version 2 or 3, found 4"},
    {"big_endian", [](GgufBuilder& b) { b.version = 0x03000000; },
     "header: expected a little-endian file, found a big-endian one of version 3"},
    {"tensor_count_huge", [](GgufBuilder& b) { b.tensor_count = uint64_t{1} << 63; },
     "header: expected at most [0-9]+ tensors in the rest of the file, found 9223372036854775808"},
    {"tensor_count_2p32", [](GgufBuilder& b) { b.tensor_count = (uint64_t{1} << 32) + 3; },
     "header: expected at most [0-9]+ tensors in the rest of the file, found 4294967299"},
    {"tensor_count_plus_1", [](GgufBuilder& b) { b.tensor_count = 4; },
     "tensor '': expected a name, found an empty one"},
    {"key_count_huge", [](GgufBuilder& b) { b.key_count = uint64_t{1} << 63; },
     "header: expected at most [0-9]+ keys in the rest of the file, found 9223372036854775808"},
    {"key_count_plus_1", [](GgufBuilder& b) { b.key_count = 6; },
     "tensor entry 0: expected at most [0-9]+ bytes of the tensor name .*"},
};

const Defect kKeyDefects[] = {
    {"key_length_2p60",
     [](GgufBuilder& b) { b.key("general.name").key_length = uint64_t{1} << 60; },
     "metadata entry 1: expected at most [0-9]+ bytes of the key in the rest of the file, found "
     "1152921504606846976"},
    {"key_length_past_end", [](GgufBuilder& b) { b.key("general.name").key_length = 1000; },
     "metadata entry 1: expected at most [0-9]+ bytes of the key in the rest of the file, "
     "found 1000"},
    {"key_too_long", [](GgufBuilder& b) { b.AddKey<bool>(std::string(65536, 'k'), true); },
     "metadata entry 5: expected the key of at most 65535 bytes, found 65536"},
    {"key_empty", [](GgufBuilder& b) { b.AddKey<bool>("", true); },
     "key '': expected a name, found an empty one"},
    {"key_invalid_utf8", [](GgufBuilder& b) { b.AddKey<bool>("a\xff\xfe.b", true); },
     R"(key 'a\\xff\\xfe.b': expected a name in UTF-8, found invalid bytes)"},
    {"key_surrogate", [](GgufBuilder& b) { b.AddKey<bool>("\xed\xa0\x80", true); },
     "key '.*': expected a name in UTF-8, found invalid bytes"},
    {"key_with_zero_byte", [](GgufBuilder& b) { b.AddKey<bool>(std::string("a\0b", 3), true); },
     R"(key 'a\\x00b': expected a name without zero bytes, found one)"},
    {"key_duplicate", [](GgufBuilder& b) { b.AddKey<std::string>("general.name", "again"); },
     "key 'general.name': expected the key once, found it again"},
    {"value_type_13", [](GgufBuilder& b) { b.AddRawKey("x", 13, "12345678"); },
     "key 'x': expected 0 to 12 for the value type, found 13"},
    {"bool_2", [](GgufBuilder& b) { b.AddRawKey("x", 7, "\x02"); },
     "key 'x': expected a bool of 0 or 1, found 2"},
    {"string_length_minus_1",
     [](GgufBuilder& b) { b.key("general.name").value = GgufBuilder::Bytes(kHuge); },
     "key 'general.name': expected at most [0-9]+ bytes of the string in the rest of the file, "
     "found 18446744073709551615"},
    {"string_length_past_end",
     [](GgufBuilder& b) { b.key("general.name").value = GgufBuilder::Bytes(uint64_t{5000}); },
     "key 'general.name': expected at most [0-9]+ bytes of the string .*, found 5000"},
    {"ends_in_value", Nothing,
     "key 'llama.block_count': expected 4 bytes for the value, found 2 .*",
     [](std::string& bytes) { Cut(bytes, "llama.block_count", 4 + 2); }},
};

std::string ArrayHead(uint32_t element_type, uint64_t count) {
  return GgufBuilder::Bytes(element_type) + GgufBuilder::Bytes(count);
}

const Defect kArrayDefects[] = {
    {"array_of_numbers_2p61",
     [](GgufBuilder& b) { b.AddRawKey("x", 9, ArrayHead(10, uint64_t{1} << 61)); },
     "key 'x': expected at most [0-9]+ array elements in the rest of the file, found "
     "2305843009213693952"},
    {"array_of_strings_2p61",
     [](GgufBuilder& b) { b.AddRawKey("x", 9, ArrayHead(8, uint64_t{1} << 61)); },
     "key 'x': expected at most [0-9]+ strings in the rest of the file, found "
     "2305843009213693952"},
    {"array_string_length_huge",
     [](GgufBuilder& b) {
       b.AddRawKey("x", 9, ArrayHead(8, 1) + GgufBuilder::Bytes(uint64_t{1} << 63));
     },
     "key 'x': expected at most [0-9]+ bytes of an array's string in the rest of the file, found "
     "9223372036854775808"},
    {"array_nested", [](GgufBuilder& b) { b.AddRawKey("x", 9, ArrayHead(9, 0)); },
     "key 'x': expected an array of numbers, bools or strings, found nested arrays"},
    {"array_element_type_13", [](GgufBuilder& b) { b.AddRawKey("x", 9, ArrayHead(13, 0)); },
     "key 'x': expected 0 to 12 for the element type, found 13"},
    {"array_bool_2",
     [](GgufBuilder& b) { b.AddRawKey("x", 9, ArrayHead(7, 3) + std::string("\0\x01\x02", 3)); },
     "key 'x': expected bools of 0 or 1, found 2 at index 2"},
    {"ends_in_array", Nothing,
     "key 'tokenizer.ggml.tokens': expected 8 bytes for the length of an array's string, .*",
     [](std::string& bytes) { Cut(bytes, "<s>", 14); }},
};

const Defect kAlignmentDefects[] = {
    {"alignment_0", [](GgufBuilder& b) { b.AddKey<uint32_t>("general.alignment", 0); },
     "key 'general.alignment': expected a power of two, found 0"},
    {"alignment_3", [](GgufBuilder& b) { b.AddKey<uint32_t>("general.alignment", 3); },
     "key 'general.alignment': expected a power of two, found 3"},
    {"alignment_uint64", [](GgufBuilder& b) { b.AddKey<uint64_t>("general.alignment", 32); },
     "key 'general.alignment': expected type uint32, found uint64"},
};

const Defect kTensorDefects[] = {
    {"rank_0", [](GgufBuilder& b) { b.tensor("b.weight").dims = {}; },
     "tensor 'b.weight': expected 1 to 4 dimensions, found 0"},
    {"rank_5", [](GgufBuilder& b) { b.tensor("b.weight").rank = 5; },
     "tensor 'b.weight': expected 1 to 4 dimensions, found 5"},
    {"rank_minus_1", [](GgufBuilder& b) { b.tensor("b.weight").rank = 0xffffffff; },
     "tensor 'b.weight': expected 1 to 4 dimensions, found 4294967295"},
    {"dimension_0", [](GgufBuilder& b) { b.tensor("a.weight").dims = {8, 0}; },
     "tensor 'a.weight': expected dimension 1 to be at least 1, found 0"},
    {"dimension_minus_1", [](GgufBuilder& b) { b.tensor("a.weight").dims = {kHuge, 2}; },
     "tensor 'a.weight': expected fewer than 2\\^63 elements, found dimensions "
     "18446744073709551615x2x1x1"},
    {"dimensions_overflow",
     [](GgufBuilder& b) { b.tensor("a.weight").dims = {uint64_t{1} << 32, uint64_t{1} << 32}; },
     "tensor 'a.weight': expected fewer than 2\\^63 elements, found .*"},
    {"bytes_overflow", [](GgufBuilder& b) { b.tensor("a.weight").dims = {uint64_t{1} << 62}; },
     "tensor 'a.weight': expected fewer than 2\\^63 bytes, found 4611686018427387904 elements of "
     "type f32"},
    {"name_64", [](GgufBuilder& b) { b.tensor("c.bias").name = std::string(64, 'n'); },
     "tensor entry 2: expected the tensor name of at most 63 bytes, found 64"},
    {"name_length_2p60",
     [](GgufBuilder& b) { b.tensor("b.weight").name_length = uint64_t{1} << 60; },
     "tensor entry 1: expected at most [0-9]+ bytes of the tensor name in the rest of the file, "
     ".*"},
    {"name_empty", [](GgufBuilder& b) { b.tensor("c.bias").name = ""; },
     "tensor '': expected a name, found an empty one"},
    {"name_invalid_utf8", [](GgufBuilder& b) { b.tensor("c.bias").name = "\xc0\x80"; },
     "tensor '.*': expected a name in UTF-8, found invalid bytes"},
    {"duplicate", [](GgufBuilder& b) { b.tensor("b.weight").name = "a.weight"; },
     "tensor 'a.weight': expected the tensor once, found it again"},
    {"type_99", [](GgufBuilder& b) { b.tensor("c.bias").type = 99; },
     "tensor 'c.bias': expected a known tensor type, found 99"},
    {"type_removed", [](GgufBuilder& b) { b.tensor("c.bias").type = 31; },
     R"(tensor 'c.bias': expected a current tensor type, found 31 \(q4_0_4_4\), which ggml has )"
     "removed"},
    {"row_not_of_blocks", [](GgufBuilder& b) { b.tensor("b.weight").dims = {16, 8}; },
     "tensor 'b.weight': expected rows of a multiple of 32 elements for type q8_0, found 16"},
    {"ends_in_tensor_infos", Nothing,
     "tensor 'b.weight': expected 4 bytes for the number of dimensions, found 3 .*",
     [](std::string& bytes) { Cut(bytes, "b.weight", 3); }},
};

const Defect kDataDefects[] = {
    {"offset_misaligned", [](GgufBuilder& b) { b.tensor("b.weight").offset = 68; },
     "tensor 'b.weight': expected a data offset that is a multiple of 32, found 68"},
    {"offset_beyond_end", [](GgufBuilder& b) { b.tensor("b.weight").offset = 1 << 30; },
     "tensor 'b.weight': expected data that ends within the file's [0-9]+ bytes, found bytes "
     "[0-9]+ to [0-9]+"},
    {"offset_wraps", [](GgufBuilder& b) { b.tensor("b.weight").offset = kHuge - 31; },
     "tensor 'b.weight': expected data that ends within 63 bits, found 136 bytes at data offset "
     "18446744073709551584"},
    {"same_offset", [](GgufBuilder& b) { b.tensor("c.bias").offset = 64; },
     "tensor 'c.bias': expected data of its own, found an overlap with tensor 'b.weight', whose "
     "data is bytes [0-9]+ to [0-9]+"},
    {"partial_overlap", [](GgufBuilder& b) { b.tensor("c.bias").offset = 192; },
     "tensor 'c.bias': expected data of its own, found an overlap with tensor 'b.weight', .*"},
    {"ends_before_data", Nothing, "tensor 'a.weight': expected data that ends within .*",
     [](std::string& bytes) { bytes.resize(bytes.size() - 64 - 160 - 32); }},
    {"ends_in_data", Nothing, "tensor 'b.weight': expected data that ends within .*",
     [](std::string& bytes) { bytes.resize(bytes.size() - 100); }},
};

class MalformedTest : public ::testing::TestWithParam<Defect> {};

TEST_P(MalformedTest, IsRefusedWithItsReason) {
  GgufBuilder builder = SmallModel();
  GetParam().change(builder);
  std::string bytes = builder.Build();
  if (GetParam().patch) GetParam().patch(bytes);
  for (const io::Strategy strategy : {io::Strategy::kMap, io::Strategy::kRead}) {
    const auto status = OpenBytes(bytes, {.strategy = strategy}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), MatchesRegex(std::string(GetParam().message) +
                                                            R"( \(model.gguf, offset [0-9]+\))"));
  }
}

std::string DefectName(const ::testing::TestParamInfo<Defect>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Header, MalformedTest, ::testing::ValuesIn(kHeaderDefects), DefectName);
INSTANTIATE_TEST_SUITE_P(Key, MalformedTest, ::testing::ValuesIn(kKeyDefects), DefectName);
INSTANTIATE_TEST_SUITE_P(Array, MalformedTest, ::testing::ValuesIn(kArrayDefects), DefectName);
INSTANTIATE_TEST_SUITE_P(Alignment, MalformedTest, ::testing::ValuesIn(kAlignmentDefects),
                         DefectName);
INSTANTIATE_TEST_SUITE_P(Tensor, MalformedTest, ::testing::ValuesIn(kTensorDefects), DefectName);
INSTANTIATE_TEST_SUITE_P(Data, MalformedTest, ::testing::ValuesIn(kDataDefects), DefectName);

// The whole message once, so that its form is pinned.
TEST(MalformedMessageTest, NamesSubjectExpectedFoundFileAndOffset) {
  GgufBuilder builder;
  builder.AddTensor("blk.3.attn_q.weight", TensorType::kF32, {8}).rank = 7;
  EXPECT_EQ(OpenBytes(builder.Build()).status().message(),
            "tensor 'blk.3.attn_q.weight': expected 1 to 4 dimensions, found 7 (model.gguf, "
            "offset 51)");
}

TEST(MalformedMessageTest, EveryRemovedTypeIsRefusedByName) {
  for (const uint32_t id : {4, 5, 31, 32, 33, 36, 37, 38}) {
    GgufBuilder builder = SmallModel();
    builder.tensor("c.bias").type = id;
    EXPECT_THAT(
        std::string(OpenBytes(builder.Build()).status().message()),
        ::testing::HasSubstr(std::string(*RemovedTypeName(id)) + "), which ggml has removed"));
  }
}

const Defect kSound[] = {
    {"control", Nothing, ""},
    {"version_2", [](GgufBuilder& b) { b.version = 2; }, ""},
    {"no_tensors", [](GgufBuilder& b) { b.tensors.clear(); }, ""},
    {"no_keys", [](GgufBuilder& b) { b.keys.clear(); }, ""},
    {"trailing_bytes", Nothing, "", [](std::string& bytes) { bytes.append(100, 't'); }},
    {"last_padding_absent", Nothing, "",
     [](std::string& bytes) { bytes.resize(bytes.size() - (32 - 6)); }},
    {"alignment_64",
     [](GgufBuilder& b) {
       b.AddKey<uint32_t>("general.alignment", 64);
       b.alignment = 64;
     },
     ""},
    {"array_empty", [](GgufBuilder& b) { b.AddArray<uint32_t>("x", {}); }, ""},
    {"name_63", [](GgufBuilder& b) { b.tensor("c.bias").name = std::string(63, 'n'); }, ""},
    {"name_utf8",
     [](GgufBuilder& b) {
       b.tensor("c.bias").name =
           "gr\xc3\xb6\xc3\x9f"
           "e";
     },
     ""},
    {"gap", [](GgufBuilder& b) { b.tensor("b.weight").gap_before = 64; }, ""},
    {"data_in_another_order",
     [](GgufBuilder& b) {
       b.tensor("a.weight").offset = 192 + 32;
       b.tensor("b.weight").offset = 0;
       b.tensor("c.bias").offset = 160;
       b.tensor("c.bias").data.append(32, '\0');
     },
     ""},
    {"split_count_0", [](GgufBuilder& b) { b.AddKey<uint16_t>("split.count", 0); }, ""},
    {"split_count_1",
     [](GgufBuilder& b) {
       b.AddKey<uint16_t>("split.count", 1);
       b.AddKey<uint16_t>("split.no", 0);
       b.AddKey<int32_t>("split.tensors.count", 3);
     },
     ""},
};

class SoundTest : public ::testing::TestWithParam<Defect> {};

TEST_P(SoundTest, IsAccepted) {
  GgufBuilder builder = SmallModel();
  GetParam().change(builder);
  std::string bytes = builder.Build();
  if (GetParam().patch) GetParam().patch(bytes);
  for (const io::Strategy strategy : {io::Strategy::kMap, io::Strategy::kRead}) {
    EXPECT_EQ(OpenBytes(bytes, {.strategy = strategy}).status(), absl::OkStatus());
  }
}
INSTANTIATE_TEST_SUITE_P(All, SoundTest, ::testing::ValuesIn(kSound), DefectName);

// A file cut anywhere before the end of its last tensor is refused.
TEST(TruncationTest, EveryLengthIsRefused) {
  const std::string whole = SmallModel().Build();
  for (size_t length = 0; length < whole.size() - 26; ++length) {
    EXPECT_FALSE(OpenBytes(whole.substr(0, length)).ok()) << length;
  }
}

// No byte of the header, whatever it holds, brings the reader down.
TEST(CorruptionTest, EveryByteMayBeAnything) {
  const std::string whole = SmallModel().Build();
  const size_t header = whole.find("c.bias") + 6 + 4 + 8 + 4 + 8;
  for (size_t i = 0; i < header; ++i) {
    for (int change : {0x01, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      OpenBytes(bytes, {.strategy = io::Strategy::kRead, .check_tensors = true})
          .status()
          .IgnoreError();
    }
  }
}

}  // namespace
}  // namespace emel::gguf
