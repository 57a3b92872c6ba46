#include "tests/random/mutations.h"

namespace emel::random {

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all;
  return all;
}

const Mutation* findMutation(const std::string& name) {
  for (const Mutation& mutation : mutations())
    if (mutation.name == name) return &mutation;
  return nullptr;
}

}  // namespace emel::random
