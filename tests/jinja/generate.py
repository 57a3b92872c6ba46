"""Makes templates at random out of every construct that the engine has, each with the constructs it was made of."""

import random
import re

STRINGS = ["", "a", "abc", "Hello World", "  padded \t", "ünïcödé ß", "日本語", "line one\nline two\r\nthree", "a,b,,c", "x=1&y=<2>\"'",
           "42", "-7", "3.14", "1e3", "0x1F", "nan", "foo-bar baz_qux", "ΑΣ ΟΔΟΣ", "\u00e9\u0301", "tab\there", "{{ no }}", "100%",
           "don't", 'say "hi"', "back\\slash", "😀 emoji", "\x07bell", "ǆ ǅ ŉ", "aXbXc", "The quick brown-fox jumps over--the lazy dog",
           "https://example.com/a?b=c, www.test.org. me@mail.net (http://x.io)", "<p>Some <b>bold</b> &amp; text</p><!-- c -->"]
NUMBERS = [0, 1, 2, 3, 7, -1, -5, 10, 100, 12345, 1.5, -2.25, 0.1, 1e16, 1e-7, 2.0, 2.5, -0.0, 1234567.891, 10**15]
CONTEXT = {
    "s": "Hello World", "t": "ünïcödé ß", "n": 7, "m": -3, "f": 2.5, "g": 1e16, "yes": True, "no": False, "nothing": None,
    "xs": [3, 1, 2, 10, 7], "ws": ["beta", "Alpha", "gamma", "alpha", ""], "mixed": [1, "a", None, True, 2.5, [1], {"k": 1}],
    "empty": [], "d": {"b": 2, "a": 1, "C": 3, "items": "shadow", "nested": {"x": [1, 2, {"y": "deep"}]}}, "nodict": {},
    "people": [{"name": "Ann", "age": 30, "tags": ["x", "y"], "city": "Rome"}, {"name": "bob", "age": 25, "tags": [], "city": "rome"},
               {"name": "Cid", "age": 30, "tags": ["z"]}],
    "tree": [{"v": 1, "c": [{"v": 2, "c": []}, {"v": 3, "c": [{"v": 4, "c": []}]}]}, {"v": 5, "c": []}],
    "messages": [{"role": "system", "content": "Be good."}, {"role": "user", "content": "Hi <you>"},
                 {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]},
                 {"role": "tool", "content": [{"type": "text", "text": "r"}]}],
}
TEXTS = ["s", "t", "ws[0]", "ws[1]", "people[0].name", "d['items']"]
INTS = ["n", "m", "xs[0]", "xs|length", "d.a"]
REALS = ["f", "g", "f * 3", "n / 4"]
LISTS = ["xs", "ws", "people", "empty", "mixed", "messages", "range(5)", "d.keys()", "d.items()", "ws|map('upper')", "xs|select('odd')",
         "d", "s", "people|map(attribute='name')", "d.values()|list", "xs|reverse", "(1, 'b', 2.5)"]
ANY = TEXTS + INTS + REALS + ["xs", "ws", "d", "mixed", "people", "yes", "no", "nothing", "missing", "d.nested.x", "d.missing", "empty", "nodict"]

METHODS = {
    "str": ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "lstrip()", "rstrip()", "strip('ad ')",
            "lstrip('Hx')", "rstrip('dlß')", "split()", "split(' ')", "split('l', 1)", "split(sep='o')", "rsplit(' ', 1)", "rsplit('l', 1)",
            "rsplit(maxsplit=1)", "splitlines()", "splitlines(true)", "startswith('He')", "startswith(('x', 'H'))", "endswith('d')",
            "endswith(('ß', 'q'), 2)", "replace('l', 'L')", "replace('', '-')", "replace('l', 'LL', 1)", "replace('o', '')", "find('o')",
            "find('o', 5)", "find('zz')", "find('', 3)", "rfind('o')", "rfind('l', 0, 5)", "index('e')", "index('zz')", "rindex('o')",
            "count('l')", "count('')", "count('l', 3, -1)", "join(ws)", "join(xs)", "join(['a', 'b'])", "zfill(15)", "center(17)",
            "center(16, '*')", "ljust(14, '.')", "rjust(14)", "removeprefix('He')", "removesuffix('ld')", "partition(' ')",
            "rpartition('o')", "partition('zz')", "expandtabs(4)", "isalpha()", "isdigit()", "isdecimal()", "isnumeric()", "isalnum()",
            "isspace()", "isupper()", "islower()", "istitle()", "isidentifier()", "isprintable()", "isascii()", "translate({108: 'L', 111: none})",
            "format(1)", "nosuch", "append", "__class__", "upper", "split('')", "center('x')", "startswith(3)"],
    "list": ["index(3)", "index(99)", "count(1)", "copy()", "append(1)", "append", "sort()", "extend([1])", "insert(0, 1)", "reverse()",
             "remove(1)", "nosuch", "0", "1.x"],
    "dict": ["keys()", "values()", "items()", "get('a')", "get('zz')", "get('zz', 5)", "get(none)", "get([1])", "items", "copy()", "update({})",
             "setdefault('q', 1)", "popitem()", "nested.x[2].y", "nested['x'][-1]['y']", "missing.deeper", "a", "C", "get('a').real", "fromkeys([1, 2], 3)"],
    "number": ["real", "imag", "numerator", "bit_length()", "is_integer()", "conjugate()", "nosuch", "denominator"],
}
FILTERS = {
    "any": ["default('D')", "default('D', true)", "d", "string", "e", "escape", "forceescape", "safe", "tojson", "tojson(indent=2)",
            "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "tojson(indent=1, separators=('; ', '='))",
            "pprint", "list", "length", "count", "first", "last", "int", "int(5)", "int(base=16)", "float", "float(1.5)", "abs", "round",
            "upper", "title", "trim", "wordcount", "join", "join(', ')", "reverse", "sort", "unique|list", "sum", "min", "max", "items|list",
            "urlencode", "xmlattr", "filesizeformat", "attr('a')", "attr('upper')", "striptags", "tojson(indent='\\t')"],
    "str": ["upper", "lower", "capitalize", "title", "trim", "forceescape", "trim('Hd')", "replace('l', 'L')", "replace('l', 'L', 1)", "center(20)", "center",
            "indent", "indent(2, true)", "indent(width='> ', first=true, blank=true)", "indent(3, blank=true)", "truncate(8)", "truncate(8, true)",
            "truncate(7, false, '…', 0)", "truncate(5, true, '', 0)", "truncate(2)", "wordwrap(10)", "wordwrap(5, false)", "wordwrap(6, true, '|')",
            "wordwrap(9, break_on_hyphens=false)", "wordcount", "urlencode", "striptags", "urlize", "urlize(10, true)",
            "urlize(target='_blank', rel='x')", "format(1, 2)", "list", "reverse", "first", "last", "batch(3)|list", "sort|join", "unique|join",
            "int", "float", "string", "e ~ '<'", "escape|upper", "safe + '<b>'", "e|replace('&', 'x')", "e * 2", "length", "map('upper')|list",
            "select('in', 'elo')|join", "max", "min", "random|length"],
    "list": ["join", "join('-')", "join('-', attribute='name')", "first", "last", "length", "list", "sort", "sort(reverse=true)",
             "sort(case_sensitive=true)", "sort(attribute='age')", "sort(attribute='age,name')", "sort(attribute='name', reverse=true)", "unique|list",
             "unique(true)|list", "unique(attribute='age')|list|length", "min", "max", "min(attribute='age')", "max(attribute='name')", "sum", "sum(attribute='age')",
             "sum(start=10)", "map('upper')|list", "map('string')|join(',')", "map(attribute='name')|list", "map(attribute='zip', default='-')|list",
             "map(attribute='tags.0')|list", "map('default', 'x')|list", "map('nosuch')|list", "map", "map('round', 1)|list", "select|list", "select('string')|list",
             "select('>', 2)|list", "select('divisibleby', 2)|list", "reject('none')|list", "reject('in', [1, 2])|list", "select('nosuch')|list",
             "selectattr('tags')|map(attribute='name')|list", "selectattr('age', '>', 26)|list|length", "selectattr('city', 'defined')|list|length",
             "rejectattr('age', 'eq', 30)|map(attribute='name')|list", "rejectattr('tags')|list|length", "groupby('age')|list|length", "batch(2)|list",
             "batch(3, 'x')|list", "slice(2)|list", "slice(3, 'x')|list", "reverse|list", "tojson", "random is defined", "count", "dictsort",
             "items|list", "string", "select('odd') is iterable"],
    "dict": ["dictsort", "dictsort(true)", "dictsort(false, 'value')", "dictsort(reverse=true)", "items|list", "list", "length", "tojson",
             "tojson(indent=4)", "xmlattr", "xmlattr(false)", "urlencode", "first", "join(',')", "pprint", "map('length')|list", "attr('a')", "string", "max"],
    "number": ["abs", "round", "round(1)", "round(2, 'floor')", "round(0, 'ceil')", "round(-1)", "int", "float", "string", "filesizeformat",
               "filesizeformat(true)", "round|int", "default(3)", "tojson", "length", "round(1, 'x')"],
}
TESTS = ["defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "iterable", "sequence",
         "callable", "odd", "even", "divisibleby(3)", "divisibleby 2", "lower", "upper", "sameas(none)", "sameas(true)", "escaped", "in([1, 'a', none])",
         "in 'Hello'", "eq(7)", "equalto('a')", "ne(1)", "gt(2)", "greaterthan 3", "ge(7)", "lt(5)", "lessthan(5)", "le(2.5)", "filter", "test", "nosuch"]
FORMATS = ["'%s' % X", "'%r' % X", "'%d' % N", "'%5d|%-5d|%05d' % (N, N, N)", "'%+d % d' % (N, N)", "'%x %X %o %#x' % (n, n, n, n)",
           "'%.2f %8.3f %e %g' % (F, F, F, F)", "'%s %s' % (X, X)", "'%(a)s-%(b)d' % d", "'%s' % (X,)", "'%c%c' % (97, 'z')", "'%.2s|%5s|%-5s|' % (s, 'ab', 'cd')",
           "'%%' % ()", "'%*d' % (6, n)", "'%i' % 3.99", "'%s %s' % (n,)", "'%d' % s", "'%a' % t", "'%G %E' % (g, f)", "'%#.3x' % 255 if false else '%5.1f%%' % f",
           "'{} {}'.format(X, N)", "'{0} {1} {0}'.format(n, s)", "'{a} {b}'.format(a=1, b=X)", "'{:>10}|{:<10}|{:^10}|{:*^9}'.format(s[:4], 'b', 'c', 'd')",
           "'{:05d} {:+} {: } {:,}'.format(n, n, n, 1234567)", "'{:.3f} {:10.2e} {:g} {:%}'.format(F, f, f, 0.256)", "'{:x} {:#X} {:b} {:o} {:c}'.format(255, 255, 5, 8, 65)",
           "'{0.real} {1[a]} {2[0]}'.format(n, d, xs)", "'{!r} {!s} {!a}'.format(t, t, t)", "'{:{}}|'.format(s, 15)", "'{{}} {}'.format(n)", "'{} {1}'.format(1, 2)",
           "'{z}'.format(a=1)", "'{:d}'.format(s)", "'{:.2}'.format(s)", "'{:010,.2f}'.format(12345.678)", "'{:_} {:_x}'.format(1234567, 1048576)", "'{}'.format(missing)",
           "'{a}'.format_map(d)", "'{:<5}'.format(true)", "'{:=+6d}'.format(n)", "'{:.0f} {:.1f}'.format(2.5, 0.25)", "'{:10}|'.format(n)", "'{:e}'.format(n)", "'{:.3} {:.3}'.format(123.456, 1234.5)",
           "'%s and %s'|format(s, n)", "'%(x)s'|format(x=X)", "'a' ~ X ~ N ~ none ~ true", "X ~ ''"]


# Methods and filters with arguments at random: T for text, C for one character, I for a number, B for a truth.
RANDOM_METHODS = ["replace(T, T)", "replace(T, T, I)", "split(T)", "split(T, I)", "rsplit(T, I)", "find(T)", "find(T, I)", "rfind(T, I, I)", "count(T, I, I)",
                  "startswith(T, I)", "endswith(T, I, I)", "strip(T)", "lstrip(T)", "rstrip(T)", "center(I, C)", "ljust(I, C)", "rjust(I, C)", "zfill(I)",
                  "partition(T)", "rpartition(T)", "removeprefix(T)", "removesuffix(T)", "expandtabs(I)", "join([T, T, T])", "join(T)", "splitlines(B)", "title()",
                  "capitalize()", "swapcase()", "isalnum()", "istitle()", "isidentifier()", "isprintable()", "casefold()", "upper()", "lower()", "isnumeric()", "isdigit()"]
RANDOM_FILTERS = ["truncate(I, B, T, I)", "wordwrap(I, B)", "wordwrap(I, B, T, B)", "indent(I, B, B)", "indent(T, B, B)", "center(I)", "replace(T, T, I)", "trim(T)", "title",
                  "capitalize", "wordcount", "urlize", "urlize(I, B)", "striptags", "urlencode", "escape", "int(I, I)", "int", "float", "pprint", "tojson", "string|tojson(B)",
                  "batch(I, T)|list", "slice(I, T)|list", "list|pprint", "join(T)", "reverse", "sort(B, B)|list", "unique|list", "format(T, I)", "default(T, B)", "e|replace(T, T)",
                  "safe ~ T", "(T|e) + T", "safe|replace(T, T)", "e|center(I)", "e|upper|list"]
RANDOM_NUMBERS = ["round(I)", "round(I, 'ceil')", "round(I, 'floor')", "abs", "int", "float", "filesizeformat(B)", "string", "tojson", "pprint"]


def word_of(call):
    return re.split(r"[( ]", call)[0]


def filters_of(chain):
    return re.findall(r"(?:^|\|)([a-z]+)", chain)


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.used = set()
        self.depth = 0

    def pick(self, options):
        return self.random.choice(options)

    def chance(self, part):
        return self.random.random() < part

    def use(self, construct):
        self.used.add(construct)

    def literal(self):
        kind = self.pick(["str", "str", "number", "number", "constant", "list", "dict", "tuple"])
        self.use(f"literal {kind}")
        if kind == "str":
            text = self.pick(STRINGS).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
            return "'" + text.replace("'", "\\'") + "'" if self.chance(0.7) else '"' + text.replace('"', '\\"') + '"'
        if kind == "number":
            return self.pick([str(self.pick(NUMBERS)), str(self.pick(NUMBERS)), "0x1f", "0b101", "1_000", "0o17", "1e3", "2.5e-3"])
        if kind == "constant":
            return self.pick(["true", "false", "none", "True", "None"])
        items = [self.expression() for _ in range(self.random.randrange(4))] if self.depth < 3 else ["1"]
        if kind == "list":
            return "[" + ", ".join(items) + "]"
        if kind == "tuple":
            return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
        return "{" + ", ".join(f"{self.pick(['1', chr(39) + 'k' + chr(39), 'none', 'n', '2.0', 's'])}: {item}" for item in items) + "}"

    def expression(self, kinds=None):
        self.depth += 1
        kind = self.pick(kinds or EXPRESSIONS) if self.depth < 4 else self.pick(["name", "literal"])
        self.use(f"expression {kind}")
        made = getattr(self, "make_" + kind)()
        self.depth -= 1
        return made

    def make_name(self):
        return self.pick(ANY)

    def make_literal(self):
        return self.literal()

    def make_arithmetic(self):
        op = self.pick(["+", "-", "*", "/", "//", "%", "**"])
        self.use(f"operator {op}")
        numbers = INTS + REALS + ["2", "3", "-2", "0.5", "10", "7.0"]
        if self.chance(0.9):
            return f"{self.pick(numbers)} {op} {self.pick(['2', '3', '-2', '0.5', '1', 'n', 'm', '4.0'])}"
        return f"{self.expression()} {op} {self.expression()}"

    def make_sequence_arithmetic(self):
        return self.pick(["'ab' * 3", "xs + [1]", "[0] * 3", "s + t", "(1,) + (2, 3)", "2 * 'x'", "xs + (1,)", "s + 1", "[] + empty", "'a' * -1", "'<' ~ 1 + 2"])

    def make_unary(self):
        return self.pick(["-", "+", "not ", "- -", "not not "]) + self.pick(INTS + REALS + ["yes", "2"])

    def make_comparison(self):
        ops = ["==", "!=", "<", "<=", ">", ">="]
        op = self.pick(ops)
        self.use(f"operator {op}")
        pools = self.pick([INTS + REALS, TEXTS, INTS, ["xs", "[1, 2]", "[3, 1]", "empty"], ["1", "1.0", "true", "'1'", "none", "missing"]])
        first, second = self.pick(pools), self.pick(pools)
        if self.chance(0.2):
            self.use("operator chain")
            return f"{first} {op} {second} {self.pick(ops)} {self.pick(pools)}"
        if "none" in (first, second):
            op = "=="
        return f"({first} {op} {second})"

    def make_contains(self):
        op = self.pick(["in", "not in"])
        self.use(f"operator {op}")
        return self.pick([f"{self.pick(INTS)} {op} xs", f"'l' {op} s", f"'a' {op} d", f"s {op} ws", f"none {op} mixed", f"1 {op} s", f"3 {op} range(5)",
                          f"('a', 1) {op} d.items()", f"2 {op} d.values()", f"missing {op} xs", f"1 {op} missing", f"'C' {op} d.keys()", f"1.0 {op} [1]"])

    def make_logic(self):
        op = self.pick(["and", "or"])
        self.use(f"operator {op}")
        return f"({self.expression()} {op} {self.expression()})"

    def make_conditional(self):
        tail = f" else {self.expression()}" if self.chance(0.7) else ""
        return f"({self.expression()} if {self.condition()}{tail})"

    def make_item(self):
        return self.pick(["xs[0]", "xs[-1]", "xs[99]", "s[1]", "t[-2]", "d['a']", "d['zz']", "d.a", "people[1]['name']", "people[0].tags[1]", "mixed[6].k",
                          "xs['0']", "d[none]", "s['upper']()", "range(3)[1]", "(1, 2)[0]", "missing[0]", "d.nested.x[2]['y']", "xs[1.0]", "xs[true]", "n[0]", "d.items['x']"])

    def make_slice(self):
        numbers = ["", "0", "1", "-1", "2", "-2", "5", "99", "-99", "none"]
        step = self.pick(["", "", ":", ":2", ":-1", ":-2", ":1", ":0" if self.chance(0.1) else ":3"])
        return f"{self.pick(['xs', 's', 't', 'ws', 'range(9)', '(1, 2, 3)', 'mixed', 's', 'xs'])}[{self.pick(numbers)}:{self.pick(numbers)}{step}]"

    def make_method(self):
        kind = self.pick(["str", "str", "str", "list", "dict", "number"])
        receiver = {"str": TEXTS, "list": ["xs", "mixed", "ws"], "dict": ["d", "people[0]"], "number": ["n", "f", "yes"]}[kind]
        method = self.pick(METHODS[kind])
        self.use(f"method {kind}.{word_of(method)}")
        subject = self.literal_text() if kind == "str" and self.chance(0.4) else self.pick(receiver)
        return f"{subject}.{method}"

    def literal_text(self):
        text = self.pick(STRINGS).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("'", "\\'")
        return f"'{text}'"

    def make_filter(self):
        kind = self.pick(["any", "str", "str", "list", "list", "dict", "number"])
        subject = {"any": ANY, "str": TEXTS, "list": LISTS, "dict": ["d", "nodict", "people[0]"], "number": INTS + REALS}[kind]
        name = self.pick(FILTERS[kind])
        for part in filters_of(name):
            self.use(f"filter {part}")
        if kind == "list" and "attribute" in name or "attr(" in name or "groupby" in name:
            subject = ["people", "people", "people", "xs"]
        value = self.literal_text() if kind == "str" and self.chance(0.4) else self.pick(subject)
        return f"{value}|{name}"

    def make_test(self):
        test = self.pick(TESTS)
        self.use(f"test {word_of(test)}")
        subject = self.pick(INTS) if test.split("(")[0].split(" ")[0] in ("odd", "even", "divisibleby", "gt", "greaterthan", "ge", "lt", "lessthan", "le") else self.pick(ANY)
        return f"({subject} is {'not ' if self.chance(0.2) else ''}{test})"

    def make_format(self):
        made = self.pick(FORMATS)
        for name, pool in (("X", ANY), ("N", INTS), ("F", REALS)):
            while name in made.split("'")[-1] or f"({name}" in made or f", {name}" in made or f"{name} ~" in made or f"={name}" in made:
                place = next((p for p in (f"({name}", f", {name}", f"={name}", f" {name}", name) if p in made), None)
                made = made.replace(place, place.replace(name, "(" + self.pick(pool) + ")"), 1)
        return made

    def fill(self, pattern):
        """Puts values in the place of the letters that stand for them."""
        makers = {"T": self.literal_text, "C": lambda: self.pick(["'*'", "'é'", "' '", "'ab'"]), "B": lambda: self.pick(["true", "false"]),
                  "I": lambda: str(self.random.randrange(-4, 30) if self.chance(0.9) else self.pick([-100, 64, 80, 200]))}
        return re.sub(r"\b[TCIB]\b", lambda found: makers[found[0]](), pattern)

    def make_random_method(self):
        return f"{self.literal_text()}.{self.fill(self.pick(RANDOM_METHODS))}"

    def make_random_filter(self):
        if self.chance(0.3):
            return f"({self.random_number()})|{self.fill(self.pick(RANDOM_NUMBERS))}"
        name = self.fill(self.pick(RANDOM_FILTERS))
        return name if name.startswith("(") else f"{self.literal_text()}|{name}"

    def random_number(self):
        return self.pick([str(self.random.randrange(-10**self.random.randrange(1, 18), 10**self.random.randrange(1, 18))), repr(self.random.uniform(-10, 10)),
                          repr(round(self.random.uniform(-1000, 1000), self.random.randrange(4))), f"{self.random.randrange(-99, 99)}.5", f"{self.random.uniform(-9, 9):.6g}e{self.random.randrange(-30, 30)}",
                          "true", "0", "-0.0"])

    def make_random_arithmetic(self):
        return f"({self.random_number()}) {self.pick(['+', '-', '*', '/', '//', '%', '<', '>=', '=='])} ({self.random_number()})"

    def make_random_format(self):
        if self.chance(0.5):
            spec = (self.pick(["", "", "<", ">", "^", "=", "*<", "0>", "é^"]) + self.pick(["", "", "+", " ", "-"]) + self.pick(["", "", "#"]) + self.pick(["", "", "0"])
                    + self.pick(["", "", "5", "12", "20"]) + self.pick(["", "", ",", "_"]) + self.pick(["", "", ".0", ".1", ".3", ".10"]) + self.pick(["", "", *"bcdeEfFgGnosxX%"]))
            return "'{:" + spec + "}'.format(" + self.pick([self.random_number(), self.random_number(), self.literal_text()]) + ")"
        spec = (self.pick(["", "", "-", "+", " ", "0", "#", "-0", "+#"]) + self.pick(["", "", "3", "12", "20"]) + self.pick(["", "", ".0", ".2", ".5", ".12"]) + self.pick([*"diuxXoeEfFgGcrsa"]))
        return "'%" + spec + "' % (" + self.pick([self.random_number(), self.random_number(), self.literal_text()]) + ",)"

    def make_call(self):
        return self.pick(["range(3)|list", "range(1, 8, 3)|list", "range(5, 0, -2)", "dict(a=1, b=n)", "dict([('x', 1)])", "cycler('a', 'b').next()", "joiner('; ')()",
                          "namespace(a=1).a", "namespace(d).b", "namespace({'q': 2}, r=3)", "dict(d, z=1)|length", "range(0)|list", "strftime_now('%Y-%m-%d %H:%M')",
                          "strftime_now('%d %b %Y, %A %j')", "range(1, 2, 0)", "dict(1)", "n()", "missing()", "range('a')"])

    def condition(self):
        return self.expression(["comparison", "contains", "test", "logic", "name", "comparison"])

    # Statements

    def text(self):
        return self.pick(["text", " ", "\n", "  \n", " a\n  b ", "\n\n", "<x>", "x\n", "\t", "{ ", "% ", "é\n ", ""])

    def tag(self, inside):
        return "{%" + self.pick(["", "", "", "-", "+"]) + f" {inside} " + self.pick(["", "", "", "-", "+"]) + "%}"

    def output(self):
        self.use("output")
        return "{{" + self.pick(["", "", "-", "+"]) + f" {self.expression()} " + self.pick(["", "", "-"]) + "}}"

    def body(self, level, loops=0):
        parts = []
        for _ in range(self.random.randrange(1, 4)):
            parts.append(self.text() if self.chance(0.4) else self.output() if level > 2 or self.chance(0.45) else self.statement(level + 1, loops))
        return "".join(parts)

    def statement(self, level, loops):
        names = list(STATEMENTS) + (["jump"] * 2 if loops else [])
        name = self.pick(names)
        self.use(f"statement {name}")
        return getattr(self, "state_" + name)(level, loops)

    def state_if(self, level, loops):
        made = self.tag(f"if {self.condition()}") + self.body(level, loops)
        for _ in range(self.pick([0, 0, 1, 2])):
            made += self.tag(f"elif {self.condition()}") + self.body(level, loops)
        if self.chance(0.5):
            made += self.tag("else") + self.body(level, loops)
        return made + self.tag("endif")

    def loop_output(self):
        name = self.pick(["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem",
                          "cycle('a', 'b')", "changed(x)", "nosuch", "index is odd"])
        self.use(f"loop.{name.split('(')[0].split(' ')[0]}")
        return "{{ loop." + name + " }},"

    def state_for(self, level, loops):
        target, values = self.pick([("x", self.pick(LISTS)), ("x", self.pick(LISTS)), ("k, x", "d.items()"), ("(k, x)", "d|dictsort"), ("k, x", "people|groupby('age')"),
                                    ("x", "xs|batch(2)"), ("a, b", "[(1, 2), (3, 4)]"), ("a, (b, x)", "[(1, (2, 3))]"), ("x", "xs[1:]"), ("x", "missing"), ("x", "n")])
        made = f"for {target} in {values}"
        if self.chance(0.3):
            self.use("for filter")
            made += " if " + self.pick(["x", "x is string", "x != 3", "loop is undefined", "x is not none", self.condition()])
        made = self.tag(made) + ("{{ x }}" if self.chance(0.7) else "")
        for _ in range(self.random.randrange(3)):
            made += self.loop_output()
        made += self.body(level, loops + 1)
        if self.chance(0.3):
            self.use("for else")
            made += self.tag("else") + self.body(level, loops)
        return made + self.tag("endfor")

    def state_recursive(self, level, loops):
        return (self.tag("for x in tree recursive") + "{{ x.v }}{{ loop.depth }}" + self.loop_output() + self.pick(["[{{ loop(x.c) }}]", "{% if x.c %}({{ loop(x.c) }}){% endif %}",
                "{{- loop(x.c)|upper }}"]) + self.tag("else") + "none" + self.tag("endfor"))

    def state_set(self, level, loops):
        return self.tag(self.pick([f"set v = {self.expression()}", f"set v = {self.expression()}", "set a, b = 1, 'two'", "set a, b = xs", f"set n = {self.pick(INTS)} + 1",
                                   "set s = s ~ '!'", "set (p, q) = (1, 2)", "set w = 1, 2"])) + self.pick(["", "{{ v }}", "{{ a }}", "{{ n }}{{ s }}"])

    def state_set_block(self, level, loops):
        inner = self.body(level)
        return self.tag("set v" + self.pick(["", "", " | upper", " | trim | replace('a', 'b')", " | default('x') | length"])) + inner + self.tag("endset") + "{{ v }}{{ v|length }}"

    def state_namespace(self, level, loops):
        return ("{% set ns = namespace(c=0, text='') %}" + self.tag("for x in xs") + "{% set ns.c = ns.c + x %}" + self.pick(["{% set ns.text = ns.text ~ x %}", "{% set ns.d = x %}", ""])
                + self.tag("endfor") + self.pick(["{{ ns.c }}{{ ns.text }}", "{{ ns.nosuch }}", "{{ ns }}", "{% set n.c = 1 %}" if self.chance(0.3) else "{{ ns.c is defined }}",
                                                  "{{ ns['c'] }}"]))

    def state_macro(self, level, loops):
        signature = self.pick(["()", "(a)", "(a, b=2)", "(a, b=a)", "(a='x', b=none)", "(a, caller=none)"])
        extra = self.pick(["", "{{ varargs }}", "{{ kwargs }}", "{{ varargs|length }}{{ kwargs|length }}", "{{ caller is defined }}", "{{ kwargs|dictsort }}"])
        call = self.pick(["m()", "m(1)", "m(1, 2)", "m(a=1)", "m(b=3, a=1)", "m(1, 2, 3)", "m(1, z=5)", "m(*xs[:2])", "m(**{'a': 1})", "m(*[1], **{'b': 2})", "m.name", "m.arguments",
                          "m(1, a=2)", "m.catch_kwargs", "m"])
        self.use(f"macro {'varargs' if 'varargs' in extra else 'kwargs' if 'kwargs' in extra else 'plain'}")
        return self.tag(f"macro m{signature}") + "<{{ a }}{{ b }}>" + extra + self.body(level) + self.tag("endmacro") + "{{ " + call + " }}"

    def state_macro_recursion(self, level, loops):
        return "{% macro down(i) %}{{ i }}{% if i > 0 %},{{ down(i - 1) }}{% endif %}{% endmacro %}{{ down(" + self.pick(["3", "n", "0"]) + ") }}"

    def state_call(self, level, loops):
        head = self.pick(["call(u) w(1)", "call w(2)", "call(u, v='d') w(3)", "call w(a=4)", "call(u) w()"])
        arguments = "'in'" if "(u" in head else ""
        return ("{% macro w(a=0) %}[{{ a }}{{ caller(" + arguments + ") }}{{ caller(" + arguments + ")|length }}]{% endmacro %}" + self.tag(head) + "{{ u }}{{ v }}" + self.body(level) + self.tag("endcall"))

    def state_filter_block(self, level, loops):
        return self.tag("filter " + self.pick(["upper", "trim", "replace('e', 'E')", "indent(2)|upper", "wordcount", "length", "escape", "truncate(10)", "title|center(30)"])) + self.body(level) + self.tag("endfilter")

    def state_with(self, level, loops):
        return self.tag(self.pick([f"with v = {self.expression()}", "with a = 1, b = 2", "with n = n + 1, v = n", "with", "with a, b = (1, 2)"])) + "{{ v }}{{ a }}{{ b }}{{ n }}" + self.body(level, loops) + self.tag("endwith") + "{{ v }}"

    def state_generation(self, level, loops):
        return self.tag("generation") + self.body(level) + "{% set inside = 1 %}" + self.tag("endgeneration") + "{{ inside }}"

    def state_raw(self, level, loops):
        return self.tag("raw") + self.pick(["{{ not }} {% this %}", " x \n", "{# no #}", "  {% endra %}\n"]) + self.tag("endraw")

    def state_comment(self, level, loops):
        return self.pick(["{# c #}", "{#- c -#}", "{# {{ x }} {% y %} #}", "{#+ c #}", "{# c +#}", "{##}", "  {# line #}\n", "{# a\nb -#}  \n"])

    def state_print(self, level, loops):
        return self.tag(f"print {self.expression()}")

    def state_block(self, level, loops):
        name = f"b{self.random.randrange(10**6)}"
        return self.tag(f"block {name}{self.pick(['', ' scoped'])}") + self.body(level) + "{{ v }}{{ n }}" + self.tag("endblock") + self.pick(["", "{{ self." + name + "() }}"])

    def state_autoescape(self, level, loops):
        return self.tag("autoescape false") + self.body(level, loops) + self.tag("endautoescape")

    def state_jump(self, level, loops):
        return self.tag(f"if {self.condition()}") + self.tag(self.pick(["break", "continue"])) + self.tag("endif")

    def state_scope(self, level, loops):
        return self.pick(["{% if n > 0 %}{% set y = 1 %}{% endif %}{{ y }}", "{% for x in xs %}{{ y }}{% set y = x %}{{ y }}{% endfor %}{{ y }}", "{% for x in ws %}{{ n }}{% endfor %}{% set n = 99 %}{{ n }}",
                          "{{ n }}{% set n = 1 %}{{ n }}", "{% if no %}{% set z = 1 %}{% else %}{% set z = 2 %}{% endif %}{{ z }}", "{% macro r() %}{{ late }}{% endmacro %}{% set late = 'L' %}{{ r() }}",
                          "{% set x = 1 %}{% for x in [2, 3] %}{{ x }}{% endfor %}{{ x }}", "{% if no %}{{ 1|nosuch }}{% endif %}ok", "{% set v = 1 %}{% set v %}{{ v }}{% endset %}{{ v }}",
                          "{% for i in [1, 2] %}{% for j in [3] %}{{ loop.index }}{% set i = 9 %}{% endfor %}{{ i }}{{ loop.last }}{% endfor %}", "{% set n = n %}{{ n }}",
                          "{% macro c() %}{% set s = 'in' %}{{ s }}{% endmacro %}{{ c() }}{{ s }}", "{% for x in [1, 2] if loop %}{{ x }}{% endfor %}"])

    def state_raise(self, level, loops):
        return "{% if " + self.condition() + " and no %}{{ raise_exception('refused: ' ~ n) }}{% endif %}" if self.chance(0.95) else "{{ raise_exception('refused') }}"


EXPRESSIONS = [name.removeprefix("make_") for name in dir(Maker) if name.startswith("make_")] + ["filter", "method", "filter", "name"]
STATEMENTS = [name.removeprefix("state_") for name in dir(Maker) if name.startswith("state_") and name != "state_jump"]


def constructs():
    """What every long enough run has."""
    return ({f"expression {name}" for name in EXPRESSIONS} | {f"statement {name}" for name in [*STATEMENTS, "jump"]} | {f"test {word_of(test)}" for test in TESTS}
            | {f"filter {name}" for chains in FILTERS.values() for chain in chains for name in filters_of(chain)}
            | {f"method {kind}.{word_of(method)}" for kind, methods in METHODS.items() for method in methods})


def make_case(seed):
    maker = Maker(seed)
    # One expression in every other case: most find a mistake sooner than a few in a row, of which one may fail.
    if seed % 2:
        template = maker.text() + maker.output() + maker.text()
    else:
        template = maker.body(0)
    return {"template": template, "context": CONTEXT, "used": sorted(maker.used), "seed": seed}
