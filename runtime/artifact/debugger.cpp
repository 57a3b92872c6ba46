#include "runtime/artifact/debugger.h"

#include <absl/base/const_init.h>
#include <absl/synchronization/mutex.h>

#include <cstring>
#include <elf.h>

// Names and layouts that gdb expects.
extern "C" {
struct jit_code_entry {
  jit_code_entry* next;
  jit_code_entry* previous;
  const uint8_t* file;
  uint64_t file_bytes;
};

struct jit_descriptor {
  uint32_t version;
  uint32_t action;
  jit_code_entry* relevant;
  jit_code_entry* first;
};

// gdb stops here to look at the list. Weak, since other libraries of a process may define the same.
// NOLINTBEGIN(bugprone-reserved-identifier): gdb looks for these names.
[[gnu::weak, gnu::noinline]] void __jit_debug_register_code() { __asm__ volatile("" ::: "memory"); }
[[gnu::weak]] jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};
// NOLINTEND(bugprone-reserved-identifier)
}

namespace emel::artifact {
namespace {

enum Action : uint32_t { kNone = 0, kRegister = 1, kUnregister = 2 };

absl::Mutex list_mutex(absl::kConstInit);

void Notify(Action action, jit_code_entry* entry) {
  __jit_debug_descriptor.relevant = entry;
  __jit_debug_descriptor.action = action;
  __jit_debug_register_code();
}

constexpr uint16_t kMachine =
#if defined(__aarch64__)
    EM_AARCH64;
#else
    EM_X86_64;
#endif

enum SectionIndex { kNull, kText, kSymtab, kStrtab, kSectionCount };
constexpr char kSectionNames[] = "\0.text\0.symtab\0.strtab";
constexpr uint32_t kNameAt[] = {0, 1, 7, 15};

Elf64_Ehdr MakeHeader() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;  // symbols count from the beginning of their section
  header.e_machine = kMachine;
  header.e_version = EV_CURRENT;
  header.e_shoff = sizeof(header);
  header.e_ehsize = sizeof(header);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = kSectionCount;
  header.e_shstrndx = kStrtab;
  return header;
}

// A file of symbols alone: header, section headers, symbols, strings. Its text is where `code` is.
std::vector<uint8_t> MakeSymbolFile(absl::Span<const uint8_t> code,
                                    absl::Span<const Symbol> symbols) {
  std::string strings(kSectionNames, sizeof(kSectionNames));
  std::vector<Elf64_Sym> table(1);
  for (const Symbol& symbol : symbols) {
    table.push_back({.st_name = static_cast<Elf64_Word>(strings.size()),
                     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                     .st_shndx = kText,
                     .st_value = symbol.offset,
                     .st_size = symbol.size});
    strings += symbol.name;
    strings += '\0';
  }

  const Elf64_Ehdr header = MakeHeader();
  Elf64_Shdr sections[kSectionCount] = {};
  const uint64_t table_at = sizeof(header) + sizeof(sections);
  const uint64_t table_bytes = table.size() * sizeof(Elf64_Sym);
  sections[kText] = {.sh_type = SHT_NOBITS,
                     .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                     .sh_addr = reinterpret_cast<uintptr_t>(code.data()),
                     .sh_offset = table_at,
                     .sh_size = code.size(),
                     .sh_addralign = 64};
  sections[kSymtab] = {.sh_type = SHT_SYMTAB,
                       .sh_offset = table_at,
                       .sh_size = table_bytes,
                       .sh_link = kStrtab,
                       .sh_info = 1,  // the first symbol that is not local
                       .sh_addralign = 8,
                       .sh_entsize = sizeof(Elf64_Sym)};
  sections[kStrtab] = {.sh_type = SHT_STRTAB,
                       .sh_offset = table_at + table_bytes,
                       .sh_size = strings.size(),
                       .sh_addralign = 1};
  for (int i = 0; i < kSectionCount; ++i) sections[i].sh_name = kNameAt[i];

  std::vector<uint8_t> file(table_at + table_bytes + strings.size());
  std::memcpy(&file[0], &header, sizeof(header));
  std::memcpy(&file[sizeof(header)], sections, sizeof(sections));
  std::memcpy(&file[table_at], table.data(), table_bytes);
  std::copy(strings.begin(), strings.end(), &file[table_at + table_bytes]);
  return file;
}

}  // namespace

struct DebuggerEntry::Link {
  jit_code_entry entry;
};

DebuggerEntry::DebuggerEntry(absl::Span<const uint8_t> code, absl::Span<const Symbol> symbols)
    : file_(MakeSymbolFile(code, symbols)), link_(std::make_unique<Link>()) {
  absl::MutexLock lock(&list_mutex);
  jit_code_entry* first = __jit_debug_descriptor.first;
  link_->entry = {first, nullptr, file_.data(), file_.size()};
  if (first != nullptr) first->previous = &link_->entry;
  __jit_debug_descriptor.first = &link_->entry;
  Notify(kRegister, &link_->entry);
}

DebuggerEntry::~DebuggerEntry() {
  absl::MutexLock lock(&list_mutex);
  jit_code_entry& entry = link_->entry;
  if (entry.next != nullptr) entry.next->previous = entry.previous;
  (entry.previous != nullptr ? entry.previous->next : __jit_debug_descriptor.first) = entry.next;
  Notify(kUnregister, &entry);
}

}  // namespace emel::artifact
