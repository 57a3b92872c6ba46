#include "runtime/text/jinja/symbols.h"

namespace emel::text::jinja {

const Symbols::Reference* Symbols::Find(const std::string& name) const {
  for (const Symbols* scope = this; scope; scope = scope->parent_) {
    const auto found = scope->references_.find(name);
    if (found != scope->references_.end()) return &found->second;
  }
  return nullptr;
}

void Symbols::Define(const std::string& name, Source source) {
  const auto [place, is_new] = slots_->try_emplace(name, function_->slots);
  function_->slots += is_new;
  references_[name] = {function_, place->second};
  sources_[place->second] = std::move(source);
}

void Symbols::LoadName(const std::string& name) {
  if (!Find(name)) Define(name, {Source::kContext, name, {}});
}

void Symbols::Store(const std::string& name) {
  stores_.insert(name);
  if (references_.count(name)) return;
  const Reference* outer = parent_ ? parent_->Find(name) : nullptr;
  if (outer)
    Define(name, {Source::kOuter, name, *outer});
  else
    Define(name, {Source::kNothing, name, {}});
}

void Symbols::DeclareParameter(const std::string& name) {
  stores_.insert(name);
  Define(name, {Source::kParameter, name, {}});
}

void Symbols::Merge(const std::vector<Symbols>& branches) {
  std::map<std::string, size_t> counts;
  for (const Symbols& branch : branches)
    for (const std::string& name : branch.stores_)
      if (!stores_.count(name)) ++counts[name];
  for (const Symbols& branch : branches) {
    for (const auto& [name, reference] : branch.references_) references_[name] = reference;
    for (const auto& [slot, source] : branch.sources_) sources_[slot] = source;
    stores_.insert(branch.stores_.begin(), branch.stores_.end());
  }
  for (const auto& [name, count] : counts) {
    if (count == branches.size()) continue;
    const Reference* outer = parent_ ? parent_->Find(name) : nullptr;
    const uint32_t slot = references_[name].slot;
    if (outer)
      sources_[slot] = {Source::kOuter, name, *outer};
    else
      sources_[slot] = {Source::kContext, name, {}};
  }
}

Place Symbols::Seen(const Reference& reference) const {
  return {function_->level - reference.function->level, reference.slot};
}

Place Symbols::PlaceOf(const std::string& name) const { return Seen(*Find(name)); }

Scope Symbols::MakeScope() const {
  Scope scope;
  for (const auto& [slot, source] : sources_) {
    switch (source.from) {
      case Source::kParameter:
        break;
      case Source::kContext:
        scope.loads.push_back({Load::kContext, slot, source.name, {}});
        break;
      case Source::kOuter:
        scope.loads.push_back({Load::kOuter, slot, {}, Seen(source.outer)});
        break;
      case Source::kNothing:
        scope.loads.push_back({Load::kNothing, slot, {}, {}});
        break;
    }
  }
  return scope;
}

std::vector<std::pair<std::string, Place>> Symbols::Visible() const {
  std::map<std::string, Place> visible;
  for (const Symbols* scope = this; scope; scope = scope->parent_)
    for (const std::string& name : scope->stores_) visible.try_emplace(name, PlaceOf(name));
  return {visible.begin(), visible.end()};
}

}  // namespace emel::text::jinja
