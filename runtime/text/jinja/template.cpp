#include "runtime/text/jinja/template.h"

#include "runtime/io/status.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/parser.h"
#include "runtime/text/jinja/scopes.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <ctime>

namespace emel::text::jinja {
namespace {

constexpr size_t kMaxSource = size_t{4} << 20;

absl::Status StatusOf(const Run& run, const std::string& name) {
  return {run.code(), absl::StrCat(run.message(), " (", name, ", line ", run.line(), ")")};
}

}  // namespace

Template::Template(std::string name, std::unique_ptr<Tree> tree)
    : name_(std::move(name)), tree_(std::move(tree)) {}
Template::Template(Template&&) = default;
Template& Template::operator=(Template&&) = default;
Template::~Template() = default;

absl::StatusOr<Template> Template::Parse(std::string_view source, std::string name,
                                         const Limits& limits) {
  if (source.size() > kMaxSource)
    return absl::ResourceExhaustedError(absl::StrCat("expected a template of at most ", kMaxSource,
                                                     " bytes, found ", source.size(), " (", name,
                                                     ")"));
  std::string storage;
  if (ToValidUtf8(source, storage).data() != source.data())
    return absl::InvalidArgumentError(
        absl::StrCat("expected UTF-8, found other bytes (", name, ")"));
  Run run(limits);
  auto tree = std::make_unique<Tree>();
  tree->body = jinja::Parse(run, source);
  if (!run.failed()) ResolveScopes(run, *tree);
  if (run.failed()) return StatusOf(run, name);
  return Template(std::move(name), std::move(tree));
}

absl::StatusOr<std::string> Template::Render(const Value& context,
                                             const RenderOptions& options) const {
  if (!context.is(Kind::kDict))
    return absl::InvalidArgumentError(
        absl::StrCat("expected a dict of variables, found ", Found(context), " (", name_, ")"));
  const int64_t now = options.now ? *options.now : static_cast<int64_t>(std::time(nullptr));
  Interpreter interpreter(*tree_, context, options.limits, now);
  std::string text = interpreter.Render();
  if (interpreter.failed()) return StatusOf(interpreter, name_);
  return text;
}

}  // namespace emel::text::jinja
