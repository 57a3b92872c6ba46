#ifndef EMEL_RUNTIME_BORDER_STRUCTS_H_
#define EMEL_RUNTIME_BORDER_STRUCTS_H_

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

// Arguments of a C API: pointers that may be null, and structs that begin with their size.
namespace emel::border {

template <typename T>
absl::Status Expect(const T* pointer, const char* what) {
  if (pointer) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, ", found a null pointer"));
}

// The first version of every struct is the only one so far, so none may be smaller than ours.
template <typename T>
absl::Status CheckSize(const T* theirs, const char* name) {
  EMEL_RETURN_IF_ERROR(Expect(theirs, name));
  if (theirs->struct_size >= sizeof(T)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": expected a struct_size of ", sizeof(T),
                                                 ", found ", theirs->struct_size));
}

template <typename T>
absl::StatusOr<T> ReadStruct(const T* theirs, const char* name) {
  constexpr uint32_t kMostNews = 4096;
  EMEL_RETURN_IF_ERROR(CheckSize(theirs, name));
  const uint32_t size = theirs->struct_size;
  if (size > sizeof(T) + kMostNews) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": expected a struct_size of ", sizeof(T), ", found ", size));
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(theirs);
  if (std::any_of(bytes + sizeof(T), bytes + size, [](unsigned char b) { return b != 0; })) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": expected zeros past byte ", sizeof(T),
                                                   ", where this version knows no member"));
  }
  T ours;
  std::memcpy(&ours, theirs, sizeof(T));
  return ours;
}

// Keeps the struct_size, and what a larger struct has beyond ours.
template <typename T>
void WriteStruct(T ours, T* theirs) {
  ours.struct_size = theirs->struct_size;
  std::memcpy(theirs, &ours, sizeof(T));
}

}  // namespace emel::border

#endif  // EMEL_RUNTIME_BORDER_STRUCTS_H_
