#ifndef EMEL_DIALECTS_EMEL_WEIGHTREAD_H_
#define EMEL_DIALECTS_EMEL_WEIGHTREAD_H_

namespace emel {

/// What an op reads of a weight.
struct WeightRead {
  double rows = 0;  // of the innermost dimension
  /// Whether they are some rows here and there. Others follow one another, from panel to panel.
  bool isGathered = false;
};

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_WEIGHTREAD_H_
