#ifndef EMEL_RUNTIME_TEXT_PRE_TOKENIZERS_H_
#define EMEL_RUNTIME_TEXT_PRE_TOKENIZERS_H_

#include <string>
#include <string_view>
#include <vector>

namespace emel::text {

// How byte-level BPE cuts text into words before it merges. Each expression cuts every piece that
// the previous ones left into its matches and what lies between them.
struct PreTokenizer {
  std::vector<std::string_view> names;  // values of tokenizer.ggml.pre
  std::vector<const char*> expressions;
  bool clean_spaces = true;  // decoding tidies spaces
  bool whole_words = false;  // a word that is a token is taken without merging
  bool add_bos = false;      // unless the file says otherwise
};

// Null when no row has the name.
const PreTokenizer* FindPreTokenizer(std::string_view name);

// Every name, sorted, separated by ", ".
std::string PreTokenizerNames();

// Every row, for tests.
const std::vector<PreTokenizer>& PreTokenizers();

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_PRE_TOKENIZERS_H_
