#include "tests/support/runnable_artifact.h"

#include "runtime/gguf/writer.h"
#include "runtime/include/emel/step.h"

namespace emel::testing {
namespace {

using artifact::SectionKind;

// x86-64 code of `gcc -O1 -fPIC -ffreestanding -fno-stack-protector -fcf-protection=none` for
//
//   static int* token_at(const emel_step_t* s, int slot, int p) {
//     unsigned page = s->page_table[slot * s->page_table_stride + p / 32];
//     return (int*)(s->pages + page * 128ull) + p % 32;
//   }
//   void step(const emel_step_t* s, uint32_t worker, uint32_t workers) {
//     for (uint32_t i = worker; i < s->token_count; i += workers)
//       *token_at(s, s->slots[i], s->positions[i]) = s->tokens[i];
//     s->barrier(s, worker);
//     for (uint32_t r = worker; r < s->row_count; r += workers) {
//       int last = s->out_rows[r];
//       uint32_t sum = 0;
//       for (int p = 0; p <= s->positions[last]; ++p)
//         sum = sum * 31 + (uint32_t)*token_at(s, s->slots[last], p);
//       for (uint32_t v = 0; v < 40; ++v)
//         s->logits[r * 40ull + v] = (float)((sum + v * 7u) % 40u);
//     }
//   }
constexpr char kCode[] =
    "\x41\x56\x41\x55\x41\x54\x55\x53\x48\x89\xfb\x89\xf5\x41\x89\xd4\x3b\x37\x73\x60\x89\xf1\x89"
    "\xca"
    "\x48\x8b\x43\x10\x8b\x04\x90\x48\x8b\x73\x08\x8b\x34\x96\x48\x8b\x7b\x18\x48\x63\x14\x97\x48"
    "\x89"
    "\xd7\x48\x0f\xaf\x7b\x60\x8d\x50\x1f\x85\xc0\x0f\x49\xd0\xc1\xfa\x05\x48\x63\xd2\x48\x01\xfa"
    "\x48"
    "\x8b\x7b\x58\x8b\x14\x97\x89\xc7\xc1\xff\x1f\xc1\xef\x1b\x01\xf8\x83\xe0\x1f\x29\xf8\x48\x98"
    "\x48"
    "\xc1\xe2\x05\x48\x01\xd0\x48\x8b\x53\x50\x89\x34\x82\x44\x01\xe1\x3b\x0b\x72\xa2\x89\xee\x48"
    "\x89"
    "\xdf\xff\x53\x70\x3b\x6b\x04\x0f\x83\xdb\x00\x00\x00\xbe\xcd\xcc\xcc\xcc\x41\x89\xed\x48\x8b"
    "\x43"
    "\x20\x4a\x63\x04\xa8\x48\x8b\x53\x10\x44\x8b\x04\x82\x45\x85\xc0\x0f\x88\xc3\x00\x00\x00\x4c"
    "\x8b"
    "\x5b\x58\x48\x8b\x53\x18\x4c\x63\x0c\x82\x4c\x0f\xaf\x4b\x60\x4c\x8b\x53\x50\x41\x83\xc0\x01"
    "\xb9"
    "\x00\x00\x00\x00\xba\x00\x00\x00\x00\x89\xd7\xc1\xe7\x05\x29\xd7\x8d\x41\x1f\x85\xc9\x0f\x49"
    "\xc1"
    "\xc1\xf8\x05\x48\x98\x4c\x01\xc8\x41\x8b\x14\x83\x41\x89\xce\x41\xc1\xfe\x1f\x41\xc1\xee\x1b"
    "\x42"
    "\x8d\x04\x31\x83\xe0\x1f\x44\x29\xf0\x48\x98\x48\xc1\xe2\x05\x48\x01\xc2\x41\x03\x3c\x92\x89"
    "\xfa"
    "\x83\xc1\x01\x41\x39\xc8\x75\xb9\x4b\x8d\x4c\xad\x00\x48\xc1\xe1\x05\x44\x8d\x8a\x18\x01\x00"
    "\x00"
    "\x48\x8b\x7b\x28\x89\xd0\x48\x0f\xaf\xc6\x48\xc1\xe8\x25\x8d\x04\x80\xc1\xe0\x03\x41\x89\xd0"
    "\x41"
    "\x29\xc0\x66\x0f\xef\xc0\xf3\x49\x0f\x2a\xc0\xf3\x0f\x11\x04\x0f\x83\xc2\x07\x48\x83\xc1\x04"
    "\x44"
    "\x39\xca\x75\xcc\x44\x01\xe5\x3b\x6b\x04\x0f\x82\x2a\xff\xff\xff\x5b\x5d\x41\x5c\x41\x5d\x41"
    "\x5e"
    "\xc3\xba\x00\x00\x00\x00\xeb\xa0";

std::string ModelBytes(const std::function<void(gguf::Writer&)>& add) {
  gguf::Writer writer;
  writer.AddString("general.architecture", "llama");
  writer.AddString("tokenizer.ggml.model", "llama");
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  // a to z, then some with SentencePiece's blank before them.
  for (int c = 'a'; tokens.size() < RunnableArtifact::kVocabulary; ++c) {
    tokens.push_back(c > 'z' ? "\xe2\x96\x81" + std::string(1, static_cast<char>(c - 26))
                             : std::string(1, static_cast<char>(c)));
  }
  std::vector<float> scores(tokens.size(), -1.0f);
  std::vector<int32_t> types(tokens.size(), 1);
  types[0] = 2;
  types[1] = types[2] = 3;
  writer.AddStrings("tokenizer.ggml.tokens", tokens);
  writer.AddFloat32s("tokenizer.ggml.scores", scores);
  writer.AddInt32s("tokenizer.ggml.token_type", types);
  writer.AddUint32("tokenizer.ggml.bos_token_id", 1);
  writer.AddUint32("tokenizer.ggml.eos_token_id", 2);
  if (add) add(writer);
  return writer.Finish()->head;
}

}  // namespace

RunnableArtifact::RunnableArtifact(const std::function<void(gguf::Writer&)>& add) {
  plan.vocabulary = kVocabulary;
  plan.page_bytes = EMEL_PAGE_POSITIONS * sizeof(int32_t);
  plan.layers.clear();
  plan.entries = {{"decode", 1, 1, 0, 1, 1}, {"bulk", 16, 16, 0, 1, 1}};
  plan.variants = {{"any", {}, {0, 0}}};
  SetPlan();
  Find(SectionKind::kModel).bytes = ModelBytes(add);
  std::erase_if(sections, [](const Section& section) { return !section.name.empty(); });
  sections.insert(sections.end() - 1,
                  {SectionKind::kCode, "any", std::string(kCode, sizeof kCode - 1)});
}

std::vector<float> RunnableArtifact::Logits(const std::vector<int32_t>& tokens) {
  uint32_t sum = 0;
  for (int32_t token : tokens) sum = sum * 31 + static_cast<uint32_t>(token);
  std::vector<float> row(kVocabulary);
  for (uint32_t v = 0; v < kVocabulary; ++v) row[v] = static_cast<float>((sum + v * 7) % 40);
  return row;
}

bool RunnableArtifact::RunsHere() {
#if defined(__x86_64__)
  return true;
#else
  return false;
#endif
}

}  // namespace emel::testing
