#ifndef EMEL_RUNTIME_TEXT_JINJA_SYMBOLS_H_
#define EMEL_RUNTIME_TEXT_JINJA_SYMBOLS_H_

#include "runtime/text/jinja/ast.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace emel::text::jinja {

class Run;

// The variables of one scope. As Jinja does, it decides before anything runs which names are whose:
// a name that a scope stores anywhere is that scope's own, and starts as what the scope around it
// has at that time.
class Symbols {
 public:
  Symbols(Function* function, const Symbols* parent)
      : function_(function),
        parent_(parent),
        slots_(std::make_shared<std::map<std::string, uint32_t>>()) {}

  void LoadName(const std::string& name);
  void Store(const std::string& name);
  void DeclareParameter(const std::string& name);
  // Takes in what the alternatives of an if did, each a copy of this.
  void Merge(const std::vector<Symbols>& branches);

  bool Knows(const std::string& name) const { return Find(name) != nullptr; }
  // Seen from code in the function of this scope.
  Place PlaceOf(const std::string& name) const;
  Scope MakeScope() const;
  std::vector<std::pair<std::string, Place>> Visible() const;
  const std::set<std::string>& stores() const { return stores_; }
  Function* function() const { return function_; }
  size_t size() const { return references_.size(); }

 private:
  struct Reference {
    const Function* function;
    uint32_t slot;
  };
  struct Source {
    enum From : uint8_t { kParameter, kContext, kOuter, kNothing };
    From from;
    std::string name;
    Reference outer;
  };

  const Reference* Find(const std::string& name) const;
  void Define(const std::string& name, Source source);
  Place Seen(const Reference& reference) const;

  Function* function_;
  const Symbols* parent_;
  std::shared_ptr<std::map<std::string, uint32_t>> slots_;  // shared with copies
  std::map<std::string, Reference> references_;
  std::map<uint32_t, Source> sources_;
  std::set<std::string> stores_;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_SYMBOLS_H_
