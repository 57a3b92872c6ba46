#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <thread>

#include "codegen/cpu/program/Image.h"
#include "codegen/cpu/program/Sanitize.h"
#include "lld/Common/Driver.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/MemoryBuffer.h"
#include "mlir/IR/Diagnostics.h"

LLD_HAS_DRIVER(elf)

using namespace mlir;

namespace emel::cpu {

namespace {

/// Files in memory: nothing of them is left behind, however this process ends.
class MemoryFiles {
 public:
  ~MemoryFiles() {
    for (int descriptor : descriptors_) close(descriptor);
  }
  /// Where a new file with these bytes can be opened; empty, with errno, where there cannot be one.
  std::string write(ArrayRef<char> bytes) {
    int descriptor = memfd_create("emel", MFD_CLOEXEC);
    if (descriptor < 0) return "";
    descriptors_.push_back(descriptor);
    while (!bytes.empty()) {
      ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) return "";
      bytes = bytes.drop_front(std::max<ssize_t>(count, 0));
    }
    return pathOf(descriptor);
  }

  static std::string pathOf(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
  }

 private:
  std::vector<int> descriptors_;
};

/// Takes what is written to a path. A pipe, since lld renames a temporary to an output that is a
/// file, but writes to anything else as it is.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) return;
    path_ = MemoryFiles::pathOf(ends_[1]);
    reader_ = std::thread([this] { read(); });
  }
  ~Pipe() { finish(); }
  /// Empty, with errno, where there is none.
  const std::string &path() const { return path_; }
  /// All that was written, once.
  std::vector<char> finish() {
    if (!reader_.joinable()) return {};
    close(ends_[1]);
    reader_.join();
    close(ends_[0]);
    return std::move(bytes_);
  }

 private:
  void read() {
    char part[1 << 16];
    for (ssize_t count = 1; count != 0;) {
      count = ::read(ends_[0], part, sizeof(part));
      if (count > 0) bytes_.insert(bytes_.end(), part, part + count);
      if (count < 0 && errno != EINTR) return;
    }
  }

  int ends_[2];
  std::string path_;
  std::thread reader_;
  std::vector<char> bytes_;
};

}  // namespace

/// Relocations that depend on distances inside the image only (aarch64: and on its pages).
static bool isRelative(uint16_t machine, uint64_t type) {
  using namespace llvm::ELF;
  if (machine == EM_X86_64)
    return llvm::is_contained({R_X86_64_PC32, R_X86_64_PLT32, R_X86_64_PC64}, type);
  return llvm::is_contained(
      {R_AARCH64_ADR_PREL_PG_HI21, R_AARCH64_ADD_ABS_LO12_NC, R_AARCH64_LDST8_ABS_LO12_NC,
       R_AARCH64_LDST16_ABS_LO12_NC, R_AARCH64_LDST32_ABS_LO12_NC, R_AARCH64_LDST64_ABS_LO12_NC,
       R_AARCH64_LDST128_ABS_LO12_NC, R_AARCH64_CALL26, R_AARCH64_JUMP26, R_AARCH64_PREL32,
       R_AARCH64_PREL64, R_AARCH64_ADR_PREL_LO21, R_AARCH64_CONDBR19, R_AARCH64_TSTBR14},
      type);
}

static LogicalResult checkObject(const llvm::object::ELFObjectFileBase &object, Location loc) {
  for (const llvm::object::ELFSectionRef section : object.sections()) {
    StringRef name = llvm::cantFail(section.getName());
    uint64_t flags = section.getFlags();
    bool isWritten = (flags & llvm::ELF::SHF_ALLOC) && (flags & llvm::ELF::SHF_WRITE);
    if (isWritten && section.getSize() > 0)
      return emitError(loc) << "code has data that can be written (section " << name << ")";
  }
  for (const llvm::object::SectionRef section : object.sections()) {
    auto target = section.getRelocatedSection();
    if (!target || *target == object.section_end()) continue;
    llvm::object::ELFSectionRef place(**target);
    StringRef name = llvm::cantFail(place.getName());
    if (!(place.getFlags() & llvm::ELF::SHF_ALLOC) || name == ".eh_frame") continue;
    for (const llvm::object::RelocationRef relocation : section.relocations()) {
      if (isRelative(object.getEMachine(), relocation.getType())) continue;
      SmallString<32> type;
      relocation.getTypeName(type);
      return emitError(loc) << "code needs the relocation " << type << " in section " << name;
    }
  }
  return success();
}

const ImageSymbol *Image::find(StringRef name) const {
  for (const ImageSymbol &symbol : symbols)
    if (symbol.name == name) return &symbol;
  return nullptr;
}

/// Reads the section .image of what was linked, and the functions in it.
static FailureOr<Image> readImage(ArrayRef<char> linked, Location loc) {
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(StringRef(linked.data(), linked.size()), "image"));
  if (!file) {
    return emitError(loc) << "cannot read what was linked: " << llvm::toString(file.takeError());
  }
  Image image;
  for (const llvm::object::SectionRef section : (*file)->sections()) {
    StringRef name = llvm::cantFail(section.getName());
    if (name == ".image") {
      StringRef bytes = llvm::cantFail(section.getContents());
      image.bytes.assign(bytes.begin(), bytes.end());
    }
  }
  for (const llvm::object::ELFSymbolRef symbol :
       llvm::cast<llvm::object::ELFObjectFileBase>(**file).symbols()) {
    if (llvm::cantFail(symbol.getName()) == kRuntimeTable)
      image.runtimeTable = llvm::cantFail(symbol.getAddress());
    if (llvm::cantFail(symbol.getType()) == llvm::object::SymbolRef::ST_Function)
      image.symbols.push_back({llvm::cantFail(symbol.getName()).str(),
                               llvm::cantFail(symbol.getAddress()), symbol.getSize()});
  }
  llvm::sort(image.symbols, [](auto &a, auto &b) { return a.offset < b.offset; });
  if (image.bytes.empty()) return emitError(loc) << "linking made no code";
  return image;
}

/// What the image is made of, in order: functions, constants, room for addresses.
static std::string linkerScript(Sanitizer sanitizer) {
  std::string script =
      "SECTIONS { . = 0; .image : { *(.text .text.*) . = ALIGN(64); *(.rodata .rodata.*) ";
  if (sanitizer != Sanitizer::None) script += (". = ALIGN(64); " + kRuntimeTable + " = .; ").str();
  for (size_t i = 0; i < runtimeFunctions(sanitizer).size(); ++i) script += "QUAD(0) ";
  return script + "} /DISCARD/ : { *(.eh_frame) *(.comment) *(.note*) *(.data) *(.bss) } }";
}

FailureOr<Image> linkImage(ArrayRef<SmallVector<char, 0>> objects, Location loc,
                           Sanitizer sanitizer) {
  if (access("/proc/self/fd", F_OK) != 0)
    return emitError(loc) << "the linker takes code from files in memory, which are at "
                             "/proc/self/fd: expected /proc to be mounted, found it is not";
  MemoryFiles files;
  std::vector<std::string> paths;
  for (const auto &bytes : objects) {
    auto object = llvm::object::ObjectFile::createELFObjectFile(
        llvm::MemoryBufferRef(StringRef(bytes.data(), bytes.size()), "object"));
    if (!object)
      return emitError(loc) << "cannot read an object: " << llvm::toString(object.takeError());
    if (failed(checkObject(llvm::cast<llvm::object::ELFObjectFileBase>(**object), loc)))
      return failure();
    paths.push_back(files.write(bytes));
  }
  std::string script = linkerScript(sanitizer);
  paths.push_back(files.write({script.data(), script.size()}));
  Pipe out;
  if (llvm::is_contained(paths, "") || out.path().empty())
    return emitError(loc) << "cannot hold what is to be linked in memory: "
                          << llvm::sys::StrError();
  std::string scriptFlag = "--script=" + paths.back();
  std::vector<const char *> arguments{"ld.lld", "--no-undefined",  "--nmagic", scriptFlag.c_str(),
                                      "-o",     out.path().c_str()};
  for (size_t i = 0; i + 1 < paths.size(); ++i) arguments.push_back(paths[i].c_str());
  std::string messages;
  llvm::raw_string_ostream sink(messages);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  lld::Result result = lld::lldMain(arguments, sink, sink, drivers);
  if (result.retCode != 0) return emitError(loc) << "cannot link the code: " << messages;
  return readImage(out.finish(), loc);
}

}  // namespace emel::cpu
