#include "runtime/text/jinja/template.h"

#include "tests/unit/jinja/render_test_util.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

// What a template means, case by case; tests/jinja compares many more with Jinja2.
namespace emel::text::jinja {
namespace {

using testing::Render;
using testing::Rendered;

struct Case {
  const char* source;
  const char* expected;
};

class Renders : public ::testing::TestWithParam<Case> {};

TEST_P(Renders, AsJinjaDoes) {
  EXPECT_EQ(
      Rendered(GetParam().source, R"({"n": 7, "s": "Hello", "xs": [3, 1, 2], "d": {"b": 2, "a": 1},
                                            "none": 5, "tree": [{"v": 1, "c": [{"v": 2, "c": []}]}]})"),
      GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Statements, Renders,
    ::testing::Values(
        Case{"{% if n > 8 %}a{% elif n %}b{% else %}c{% endif %}", "b"},
        Case{"{% for x in xs if x != 1 %}{{ loop.index }}{{ x }}{{ loop.last }};{% else %}none{% "
             "endfor %}",
             "13False;22True;"},
        Case{"{% for x in [] %}a{% else %}none{% endfor %}", "none"},
        Case{"{% for x in [1] %}{% break %}{% else %}left{% endfor %}", "left"},
        Case{"{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "32"},
        Case{"{% for x in tree recursive %}{{ x.v }}{{ loop.depth }}[{{ loop(x.c) }}]{% endfor %}",
             "11[22[]]"},
        Case{"{% for x in xs %}{{ loop.previtem }}<{{ loop.cycle('a', 'b') }}>{{ loop.nextitem "
             "}},{% endfor %}",
             "<a>1,3<b>2,1<a>,"},
        Case{"{% set x = 1 %}{% for y in xs %}{% set x = y %}{% endfor %}{{ x }}", "1"},
        Case{"{% set ns = namespace(x=1) %}{% for y in xs %}{% set ns.x = y %}{% endfor %}{{ ns.x "
             "}}",
             "2"},
        Case{"{% set x | upper %}a{{ n }}{% endset %}{{ x }}", "A7"},
        Case{"{% macro m(a, b=a) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1) "
             "}}{{ m(1, 2, 3, c=4) }}",
             "11(){}12(3,){'c': 4}"},
        Case{"{% macro m() %}[{{ caller(2) }}]{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}",
             "[2]"},
        Case{"{% filter upper %}a{{ s }}{% endfilter %}", "AHELLO"},
        Case{"{% with n = 1, m = n %}{{ n }}{{ m }}{% endwith %}{{ n }}", "177"},
        Case{"{% generation %}{% set n = 1 %}{{ n }}{% endgeneration %}{{ n }}", "17"},
        Case{"{% raw %}{{ x }}{% endraw %}{# c #}", "{{ x }}"},
        Case{"{% block a %}{{ n }}{% endblock %}{{ self.a() }}", "77"},
        Case{"{% for x in xs %}{{ n }}{% endfor %}{% set n = 1 %}", ""}));

INSTANTIATE_TEST_SUITE_P(WhiteSpace, Renders,
                         ::testing::Values(Case{"a\n  {% if n %}\nb\n  {% endif %}\nc\n",
                                                "a\nb\nc"},
                                           Case{"a  {%- if n -%}  \n b {%- endif %}", "ab"},
                                           Case{"a\n  {%+ if n %}b{% endif +%}\nc", "a\n  b\nc"},
                                           Case{" {{- n -}} x", "7x"}, Case{"a\r\nb\r\n", "a\nb"}));

INSTANTIATE_TEST_SUITE_P(
    Expressions, Renders,
    ::testing::Values(
        Case{"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 ** 2 }} {{ 1e16 }} {{ "
             "0.1 + 0.2 }}",
             "3 -4 2 3.5 64 1e+16 0.30000000000000004"},
        Case{"{{ 1 < n < 8 }} {{ n in xs }} {{ 'ell' in s }} {{ 1 == 1.0 == true }}",
             "True False True True"},
        Case{"{{ xs[::-1] }} {{ s[1:-1] }} {{ xs[9:] }} {{ 'äöü'[1] }}", "[2, 1, 3] ell [] ö"},
        Case{"{{ n if n > 8 }}|{{ missing }}|{{ d.missing }}|{{ missing is defined }}", "|||False"},
        Case{"{{ [1, 'a', none, 2.0, (1,), {'k': \"it's\"}] }}",
             "[1, 'a', None, 2.0, (1,), {'k': \"it's\"}]"},
        Case{"{{ '%05.1f|%-4s|%x' % (2.25, 'a', 255) }} {{ '{:>4}|{!r}'.format(1, 'a') }}",
             "002.2|a   |ff    1|'a'"},
        Case{"{{ s.split('l') }} {{ 'a-b'.partition('-') }} {{ ' x '.strip() }} {{ 'Ab'.swapcase() "
             "}}",
             "['He', '', 'o'] ('a', '-', 'b') x aB"},
        Case{"{{ 'straße'.upper() }} {{ 'ΑΣ'.lower() }} {{ 'ǆ'.title() }}", "STRASSE ας ǅ"},
        Case{"{{ d.items()|list }} {{ d|dictsort }} {{ d.get('z', 0) }}",
             "[('b', 2), ('a', 1)] [('a', 1), ('b', 2)] 0"},
        Case{"{{ {'a': [1, 2.0, none, true, 'é\"\\n<']}|tojson }}",
             "{\"a\": [1, 2.0, null, true, \"é\\\"\\n<\"]}"},
        Case{"{{ d|tojson(indent=1, sort_keys=true) }}", "{\n \"a\": 1,\n \"b\": 2\n}"},
        Case{"{{ xs|map('string')|join('-') }} {{ xs|select('odd')|list }} {{ xs|sort|first }}",
             "3-1-2 [3, 1] 1"},
        Case{"{{ ('<'|e) + '>' }}{{ ('<'|e) ~ '>' }}", "&lt;&gt;&lt;>"},
        Case{"{{ [].append }}|{{ ''.__class__ }}|", "||"}));

struct Failure {
  const char* source;
  const char* message;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};

class Fails : public ::testing::TestWithParam<Failure> {};

TEST_P(Fails, AndSaysWhere) {
  const auto text = Render(GetParam().source, R"({"d": {}, "xs": [1]})");
  ASSERT_FALSE(text.ok()) << *text;
  EXPECT_EQ(std::string(text.status().message()), GetParam().message);
  EXPECT_EQ(text.status().code(), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    All, Fails,
    ::testing::Values(
        Failure{"a\n{% if %}", "expected an expression, found %} (t, line 2)"},
        Failure{"{% for x in xs %}",
                "expected {% endfor %} or {% else %}, found the end of the template (t, line 1)"},
        Failure{"{{ 1", "expected }}, found the end of the template (t, line 1)"},
        Failure{"{% foo %}", "expected a statement, found the tag 'foo' (t, line 1)"},
        Failure{"{{ 1|foo }}", "expected a filter, found the name 'foo' (t, line 1)"},
        Failure{"{% break %}", "expected a loop around this statement, found none (t, line 1)"},
        Failure{"\n\n{{ d.a.b }}",
                "expected something to take 'b' of, found no attribute 'a' in a dict (t, line 3)"},
        Failure{"{{ missing + 1 }}",
                "expected operands that '+' works on, found an undefined variable 'missing' and "
                "int (t, line 1)"},
        Failure{"{{ xs.append(1) }}",
                "expected something to call, found the attribute 'append' of a list, which "
                "templates may not use (t, line 1)"},
        Failure{"{{ 1 // 0 }}", "expected a divisor other than zero, found zero (t, line 1)"},
        Failure{"{{ 2 ** 64 }}",
                "expected integers of at most 64 bits, found a larger result (t, line 1)"},
        Failure{"{{ 'a'|replace('a') }}",
                "filter 'replace': expected an argument 'new', found none (t, line 1)"},
        Failure{"{% set a, b = xs %}", "expected 2 values to assign, found 1 (t, line 1)"},
        Failure{"{% include 'a' %}",
                "expected a template that needs no other, found 'include' (t, line 1)"},
        Failure{"{{ raise_exception('roles must alternate') }}", "roles must alternate (t, line 1)",
                absl::StatusCode::kFailedPrecondition}));

TEST(Template, IsRenderedByManyThreads) {
  const auto parsed = Template::Parse("{% for x in xs %}{{ 'a' ~ x }}{% endfor %}");
  ASSERT_TRUE(parsed.ok());
  const Value context = Value::MakeDict({{"xs", Value::MakeList({1, 2, 3})}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) EXPECT_EQ(*parsed->Render(context), "a1a2a3");
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Template, TellsTheTimeItIsGiven) {
  EXPECT_EQ(*Render("{{ strftime_now('%Y') }}", "{}", {.now = 1'000'000'000}), "2001");
}

}  // namespace
}  // namespace emel::text::jinja
