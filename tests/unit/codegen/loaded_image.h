#ifndef EMEL_TESTS_UNIT_CODEGEN_LOADED_IMAGE_H_
#define EMEL_TESTS_UNIT_CODEGEN_LOADED_IMAGE_H_

#include "codegen/cpu/program/Image.h"

#include <cstring>
#include <sys/mman.h>

namespace emel::cpu {

// An image where it can be called.
class LoadedImage {
 public:
  explicit LoadedImage(Image image) : image_(std::move(image)) {
    memory_ = mmap(nullptr, image_.bytes.size(), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) return;
    std::memcpy(memory_, image_.bytes.data(), image_.bytes.size());
    mprotect(memory_, image_.bytes.size(), PROT_READ | PROT_EXEC);
  }
  LoadedImage(const LoadedImage&) = delete;
  LoadedImage& operator=(const LoadedImage&) = delete;
  ~LoadedImage() {
    if (memory_ != MAP_FAILED) munmap(memory_, image_.bytes.size());
  }

  // Null where there is none of that name.
  template <typename Function>
  Function* Find(llvm::StringRef name) const {
    const ImageSymbol* symbol = image_.find(name);
    if (!symbol || memory_ == MAP_FAILED) return nullptr;
    return reinterpret_cast<Function*>(static_cast<char*>(memory_) + symbol->offset);
  }

 private:
  Image image_;
  void* memory_;
};

}  // namespace emel::cpu

#endif  // EMEL_TESTS_UNIT_CODEGEN_LOADED_IMAGE_H_
