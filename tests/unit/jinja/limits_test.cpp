#include "tests/unit/jinja/render_test_util.h"

#include <gmock/gmock.h>

#include <chrono>

// Templates come with models, from anyone: none may take all memory, all time or the stack.
namespace emel::text::jinja {
namespace {

using testing::Render;

std::string Repeated(std::string_view text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

void ExpectRefused(const std::string& source,
                   absl::StatusCode code = absl::StatusCode::kResourceExhausted) {
  const auto start = std::chrono::steady_clock::now();
  const auto text = Render(source);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(text.ok()) << source.substr(0, 200);
  EXPECT_EQ(text.status().code(), code) << text.status() << " of " << source.substr(0, 200);
  EXPECT_LT(took.count(), 20) << source.substr(0, 200);
}

class Hostile : public ::testing::TestWithParam<const char*> {};
TEST_P(Hostile, IsRefused) { ExpectRefused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    All, Hostile,
    ::testing::Values(
        "{{ range(10**9) }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 10**12 }}", "{{ [0] * 10**12 }}", "{{ '%10000000000d' % 1 }}",
        "{{ '{:10000000000}'.format(1) }}", "{{ '%.100000f' % 1 }}", "{{ 'a'.center(10**15) }}",
        "{{ 'a'.zfill(10**15) }}", "{{ 'a'|indent(10**15) }}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s "
        "%}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% "
        "endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% "
        "endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] "
        "%}"
        "{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
        "{% set ns = namespace(s=[]) %}{% for i in range(99999) %}{% set ns.s = [ns.s] %}{% endfor "
        "%}",
        "{% set ns = namespace(s=[]) %}{% for i in range(99999) %}{% set ns.s = ns.s|map('upper') "
        "%}{% endfor %}",
        "{% set ns = namespace(s=[]) %}{% for i in range(99999) %}{% set ns.s = [1]|map('default', "
        "ns.s) %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}",
        "{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% "
        "endmacro %}{{ a() }}",
        "{% set s = 'a' * 10**7 %}{{ s.replace('a', s) }}",
        "{% set s = 'ab' * 10**7 %}{{ s.replace('', s) }}",
        "{% set s = 'a' * 10**7 %}{% for i in range(99999) %}{{ s }}{% endfor %}",
        "{% set s = 'a' * 10**6 %}{% for i in range(99999) %}{% if s.find('a' * 500000 ~ 'b') %}{% "
        "endif %}{% endfor %}",
        "{% set s = 'a' * 10**6 %}{% for i in range(99999) %}{% if s.rfind('b' ~ 'a' * 500000) "
        "%}{% endif %}{% endfor %}"));

TEST(Limits, CyclesEnd) {
  EXPECT_EQ(*Render("{% set ns = namespace() %}{% set ns.me = ns %}{% set ns.l = [ns] %}{{ ns }}"),
            "<Namespace {'me': <Namespace {...}>, 'l': [<Namespace {...}>]}>");
  EXPECT_EQ(*Render("{% set ns = namespace() %}{% for i in range(9999) %}{% set ns.x = "
                    "namespace(p=ns.x) %}{% endfor %}x"),
            "x");
  EXPECT_EQ(*Render("{% set ns = namespace() %}{% macro f(p) %}{% macro g() %}{{ p }}{% endmacro "
                    "%}{% set ns.m = g %}"
                    "{% endmacro %}{% for i in range(9999) %}{{ f(ns.m) }}{% endfor %}x"),
            "x");
  EXPECT_EQ(*Render("{% for i in [1] %}{{ loop.changed(loop) }}{% endfor %}"), "True");
}

TEST(Limits, NestingOfTheSourceIsBounded) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  ExpectRefused("{{ " + Repeated("(", 100000) + Repeated(")", 100000) + " }}", kInvalid);
  ExpectRefused("{{ " + Repeated("[", 100000) + Repeated("]", 100000) + " }}", kInvalid);
  ExpectRefused("{{ " + Repeated("not ", 100000) + "1 }}", kInvalid);
  ExpectRefused("{{ " + Repeated("-", 100000) + "1 }}", kInvalid);
  ExpectRefused("{{ 1" + Repeated(" + 1", 100000) + " }}", kInvalid);
  ExpectRefused("{{ a" + Repeated(".a", 100000) + " }}", kInvalid);
  ExpectRefused("{{ a" + Repeated("|d", 100000) + " }}", kInvalid);
  ExpectRefused("{{ a" + Repeated(" if a else a", 100000) + " }}", kInvalid);
  ExpectRefused(Repeated("{% if a %}", 100000) + Repeated("{% endif %}", 100000), kInvalid);
  ExpectRefused(Repeated("x", size_t{5} << 20));
}

TEST(Limits, EachHasItsOwnError) {
  const auto message = [](const Limits& limits) {
    const auto text = Render("{% for i in range(999) %}{{ 'abcdefghij' * 10 }}{% endfor %}", "{}",
                             {.limits = limits});
    return std::string(text.status().message());
  };
  EXPECT_THAT(message({.steps = 1000}), ::testing::HasSubstr("at most 1000 steps"));
  EXPECT_THAT(message({.memory = 20000}), ::testing::HasSubstr("at most 20000 bytes of values"));
  EXPECT_THAT(message({.output = 1000}), ::testing::HasSubstr("at most 1000 bytes of output"));
  EXPECT_THAT(message({.depth = 3}), ::testing::HasSubstr("at most 3 nested"));
}

}  // namespace
}  // namespace emel::text::jinja
