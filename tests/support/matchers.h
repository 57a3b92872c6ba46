#ifndef EMEL_TESTS_SUPPORT_MATCHERS_H_
#define EMEL_TESTS_SUPPORT_MATCHERS_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <gmock/gmock.h>

#include <string>

namespace emel::testing {

inline absl::Status AsStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& AsStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is ok") {
  *result_listener << AsStatus(arg).ToString();
  return AsStatus(arg).ok();
}

// A failure of this code whose message matches.
MATCHER_P2(Fails, code, message, "") {
  const absl::Status& status = AsStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_MATCHERS_H_
