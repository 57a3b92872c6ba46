#include "tests/support/tiny_artifact.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

// Writes the seeds of the artifact loader's fuzz target: sound artifacts of each kind, and a few
// that are broken where a checksum does not tell.
namespace {

using emel::artifact::SectionKind;
using emel::testing::TinyArtifact;

std::string Changed(const std::function<void(TinyArtifact&)>& change) {
  TinyArtifact tiny;
  change(tiny);
  return tiny.Build();
}

std::string ToText(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

struct Seed {
  const char* name;
  std::function<std::string()> make;
};

const Seed kSeeds[] = {
    {"small", [] { return TinyArtifact().Build(); }},
    {"executable", [] { return TinyArtifact().Build(emel::artifact::kPageBytes); }},
    {"weights-file",
     [] {
       return Changed([](TinyArtifact& t) {
         t.Find(SectionKind::kWeights) = {
             SectionKind::kWeightsFile, "",
             ToText(Encode(emel::artifact::ExternalWeights{{}, 100, "m.weights"}))};
       });
     }},
    {"imports",
     [] {
       return Changed([](TinyArtifact& t) {
         const emel::artifact::Imports imports{16, {"__tsan_read1", "__tsan_write1"}};
         t.sections.insert(t.sections.begin() + 5,
                           {SectionKind::kImports, "first", ToText(Encode(imports))});
       });
     }},
    {"windows",
     [] {
       return Changed([](TinyArtifact& t) {
         t.plan.windows = {{10, 1024}};
         t.plan.layers[1].offset = 0;
         t.plan.layers[1].page_class = 1;
         t.SetPlan();
       });
     }},
    {"shards",
     [] {
       return Changed([](TinyArtifact& t) {
         t.Find(SectionKind::kProvenance).bytes =
             R"({"shards": [{"file": "a.gguf", "bytes": 3, "sha256": "ab"}], "options": {"cpu": "x"}})";
       });
     }},
    {"one-variant",
     [] {
       return Changed([](TinyArtifact& t) {
         t.plan.variants.erase(t.plan.variants.begin());
         t.SetPlan();
         t.sections.erase(t.sections.begin() + 4, t.sections.begin() + 6);
       });
     }},
    {"no-layers",
     [] {
       return Changed([](TinyArtifact& t) {
         t.plan.layers.clear();
         t.plan.page_bytes = 0;
         t.SetPlan();
       });
     }},
    {"empty-sections",
     [] {
       return Changed([](TinyArtifact& t) {
         for (auto& section : t.sections) section.bytes.clear();
       });
     }},
    {"no-sections", [] { return Changed([](TinyArtifact& t) { t.sections.clear(); }); }},
    {"footer-alone",
     [] {
       const std::string whole = TinyArtifact().Build(emel::artifact::kPageBytes);
       return whole.substr(whole.size() - emel::artifact::kFooterBytes);
     }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: " << argv[0] << " CORPUS-FOLDER\n";
    return 2;
  }
  for (const Seed& seed : kSeeds) {
    std::ofstream out(std::filesystem::path(argv[1]) / seed.name, std::ios::binary);
    out << seed.make();
    if (!out.flush()) return 1;
  }
  return 0;
}
