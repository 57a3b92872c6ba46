#include "runtime/text/jinja/filters.h"

#include <algorithm>
#include <vector>

namespace emel::text::jinja {
namespace {

std::vector<Filter> SortedFilters() {
  std::vector<Filter> all;
  for (const auto filters :
       {TextFilters(), HtmlFilters(), NumberFilters(), SequenceFilters(), SelectFilters()})
    all.insert(all.end(), filters.begin(), filters.end());
  std::sort(all.begin(), all.end(),
            [](const Filter& a, const Filter& b) { return a.name < b.name; });
  return all;
}

}  // namespace

const Filter* FindFilter(std::string_view name) {
  static const auto* all = new std::vector<Filter>(SortedFilters());
  const auto found =
      std::lower_bound(all->begin(), all->end(), name,
                       [](const Filter& f, std::string_view n) { return f.name < n; });
  return found != all->end() && found->name == name ? &*found : nullptr;
}

}  // namespace emel::text::jinja
