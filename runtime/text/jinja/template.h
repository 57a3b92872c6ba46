#ifndef EMEL_RUNTIME_TEXT_JINJA_TEMPLATE_H_
#define EMEL_RUNTIME_TEXT_JINJA_TEMPLATE_H_

#include "runtime/text/jinja/run.h"
#include "runtime/text/jinja/value.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace emel::text::jinja {

struct Tree;

struct RenderOptions {
  Limits limits;
  std::optional<int64_t> now;  // seconds since 1970 that strftime_now tells; the time it is without
};

// A chat template as Hugging Face's tokenizers read it: Jinja with trim_blocks and lstrip_blocks,
// in a sandbox where nothing changes, with break, continue and generation blocks, tojson,
// raise_exception and strftime_now. Any number of threads may render one at a time.
class Template {
 public:
  // `name` stands in errors. kInvalidArgument: no template; kResourceExhausted: more than the
  // limits.
  static absl::StatusOr<Template> Parse(std::string_view source, std::string name = "chat template",
                                        const Limits& limits = {});
  Template(Template&&);
  Template& operator=(Template&&);
  ~Template();

  // `context` is a dict of the variables. kInvalidArgument: the template does what it cannot with
  // them; kFailedPrecondition: it refuses them itself, by raise_exception; kResourceExhausted: it
  // takes more than the limits.
  absl::StatusOr<std::string> Render(const Value& context, const RenderOptions& options = {}) const;

 private:
  Template(std::string name, std::unique_ptr<Tree> tree);

  std::string name_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_TEMPLATE_H_
