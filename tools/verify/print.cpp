#include "tools/support/text.h"
#include "tools/verify/verify.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

namespace emel::tools {
namespace {

std::string PrintLogits(const Verification& all) {
  const LogitsComparison& c = all.comparison;
  std::string text = absl::StrFormat("  divergence            mean %.3g, largest %.3g nats\n",
                                     c.meanDivergence, c.maxDivergence);
  absl::StrAppendFormat(&text, "  largest difference    %.3g, at token %d of %d\n",
                        c.largestDifference, c.largestRow, all.tokens.size());
  if (c.firstRow) {
    absl::StrAppendFormat(&text, "  too large from        token %d, which is %d\n", *c.firstRow,
                          all.tokens[*c.firstRow]);
  }
  absl::StrAppendFormat(&text, "  same most likely      %d of %d\n", c.sameChoices,
                        all.tokens.size());
  return text;
}

std::string PrintMemory(const MemoryUse& memory) {
  const auto row = [](const char* name, std::optional<uint64_t> bytes) {
    return bytes ? absl::StrFormat("  %-20s  %12d bytes\n", name, *bytes)
                 : absl::StrFormat("  %-20s  %12s\n", name, "unknown");
  };
  return absl::StrCat(row("arena", memory.arena), row("scratch", memory.scratch),
                      row("KV pages in use", memory.pages),
                      row("  found, anonymous", memory.anonymous), row("sections", memory.file),
                      row("code in use", memory.code), row("  found, mapped", memory.mapped));
}

// Text within an attribute of XML 1.0, which has no way to write most control characters.
std::string Xml(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}});
}

}  // namespace

std::string PrintVerification(const Verification& all) {
  std::string text = absl::StrFormat("%d tokens, code for %s, %d workers\n", all.tokens.size(),
                                     all.variant, all.workers);
  absl::StrAppend(&text, "\nlogits against the interpreter's\n", PrintLogits(all),
                  "\nmemory against the contract\n", PrintMemory(all.memory), "\n");
  for (const Check& check : all.checks) {
    absl::StrAppend(&text, check.passed ? "passed" : "FAILED", "  ", check.name, ": ", check.found,
                    "\n");
  }
  return text;
}

std::string PrintJunit(const Verification& all, const VerifyOptions& options) {
  const auto failures = std::count_if(all.checks.begin(), all.checks.end(),
                                      [](const Check& check) { return !check.passed; });
  // Those of a name that is not UTF-8 are escaped.
  const std::string suite = Xml(Printable(options.artifact));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  absl::StrAppendFormat(&text,
                        "<testsuites>\n"
                        "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" "
                        "skipped=\"0\" time=\"%.3f\">\n",
                        suite, all.checks.size(), failures, all.seconds);
  for (const Check& check : all.checks) {
    const std::string found = Xml(check.found);
    absl::StrAppendFormat(&text,
                          "    <testcase classname=\"emel-verify.%s\" name=\"%s\" time=\"%.3f\"",
                          all.variant, Xml(check.name), all.seconds / all.checks.size());
    absl::StrAppend(&text, ">", check.passed ? "<system-out>" : "<failure message=\"", found,
                    check.passed ? "</system-out>" : "\"/>", "</testcase>\n");
  }
  return absl::StrCat(text, "  </testsuite>\n</testsuites>\n");
}

}  // namespace emel::tools
