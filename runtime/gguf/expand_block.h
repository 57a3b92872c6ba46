#ifndef EMEL_RUNTIME_GGUF_EXPAND_BLOCK_H_
#define EMEL_RUNTIME_GGUF_EXPAND_BLOCK_H_

#include "runtime/gguf/integer_blocks.h"

// Where the formats of integer_forms.inc are taken apart.
namespace emel::gguf {

// Writes the groups of one block. Every row of integer_forms.inc has its specialisation in the
// decode_*.cpp of its kin; a row without one does not link.
template <TensorType type>
void ExpandBlock(const uint8_t* block, IntegerGroup* out);

#define EMEL_INTEGER_FORM(enumerator, ...) \
  template <>                              \
  void ExpandBlock<TensorType::enumerator>(const uint8_t* block, IntegerGroup* out);
#include "runtime/gguf/integer_forms.inc"

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_EXPAND_BLOCK_H_
