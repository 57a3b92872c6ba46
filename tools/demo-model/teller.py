"""The story grammar's engine: random choices that keep account of their own probability.

A plot (plots.py) is ordinary Python that calls `Teller.tell` with sentence patterns. In a pattern

    [a|b|c]        chooses one alternative, each equally likely (nesting is allowed)
    {h} {h.s} ...  inserts a cast member or one of its forms (see `Being` and `Thing`)

Every choice adds -log(p) to `Teller.nats`, so a finished story knows the probability of its own
derivation. Averaged over stories, that is the entropy of the derivations: an upper bound on the
entropy of the text. It is loose only where two derivations spell the same story, for instance
where the trait of a friend is chosen but never shows.
"""

import math


def with_article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


class Being:
    """A person or an animal, with the word forms that sentence patterns need."""

    FORMS = {
        "she": ("she", "her", "her", "herself"),
        "he": ("he", "him", "his", "himself"),
    }

    def __init__(self, name, kind, gender, trait):
        self.name, self.kind, self.trait = name, kind, trait
        self.s, self.o, self.p, self.self = self.FORMS[gender]
        self.S, self.P = self.s.capitalize(), self.p.capitalize()
        self.a_kind = with_article(kind)

    def __str__(self):
        return self.name


class Thing:
    """A noun phrase such as 'red kite', with its article."""

    def __init__(self, noun, adjective="", **facts):
        self.noun = noun
        self.full = f"{adjective} {noun}".strip()
        self.a = with_article(self.full)
        self.the = "the " + self.full
        self.__dict__.update(facts)

    def __str__(self):
        return self.full


class Place(Thing):
    """A place. Where to search there and what one notices are chosen when first told, then kept."""

    def __init__(self, teller, noun, where, spots, views):
        super().__init__(noun, where=where)
        self.teller, self.spots, self.views = teller, spots, views

    def __getattr__(self, name):
        # Called only for attributes that are not there yet.
        if name not in ("spot", "view"):
            raise AttributeError(name)
        chosen = self.teller.pick(self.spots if name == "spot" else self.views)
        setattr(self, name, chosen)
        return chosen


class Cast(dict):
    """Who and what takes part. What is only offered is chosen when a sentence first names it.

    A choice that no sentence tells would count as entropy that the text does not have.
    """

    def __init__(self, teller):
        super().__init__()
        self.teller, self.offers = teller, {}

    def __missing__(self, letter):
        self[letter] = self.teller.pick(self.offers[letter])
        return self[letter]


class Teller:
    """Tells one story; `nats` is -log of the probability of the choices made so far."""

    def __init__(self, rng, macros):
        self.rng = rng
        self.macros = macros
        self.nats = 0.0
        self.cast = Cast(self)
        self.sentences = []

    def pick(self, options):
        """One of `options`, each equally likely."""
        # random() is the one method whose sequence Python promises to keep between versions.
        chosen = options[int(self.rng.random() * len(options))]
        self.nats += math.log(len(options))
        return chosen

    def pick_other(self, options, *taken):
        """One of `options` that is none of `taken`."""
        return self.pick([option for option in options if option not in taken])

    def offer(self, letter, options):
        """Lets the first sentence that names `letter` pick one of `options` for the whole story."""
        self.cast.offers[letter] = options

    def chance(self, probability):
        """True with the given probability."""
        happens = self.rng.random() < probability
        self.nats -= math.log(probability if happens else 1.0 - probability)
        return happens

    def expand(self, pattern):
        """Resolves the choices of a pattern, then inserts the cast."""
        for macro, meaning in self.macros.items():
            pattern = pattern.replace(macro, meaning)
        # Outer choices first, so that alternatives that are not told cost no entropy.
        while "[" in pattern:
            start = pattern.index("[")
            end, parts = split_choice(pattern, start)
            pattern = pattern[:start] + self.pick(parts) + pattern[end:]
        return pattern.format_map(self.cast)

    def tell(self, *patterns):
        """Adds one sentence (or a few), made from one of `patterns`."""
        text = self.expand(self.pick(patterns))
        self.sentences.append(text[0].upper() + text[1:])

    def text(self):
        return " ".join(self.sentences)


def split_choice(pattern, start):
    """The alternatives of the choice that opens at `start`, and where it ends."""
    depth, parts, begin = 0, [], start + 1
    for at in range(start, len(pattern)):
        char = pattern[at]
        depth += (char == "[") - (char == "]")
        if depth == 1 and char == "|":
            parts.append(pattern[begin:at])
            begin = at + 1
        if depth == 0:
            return at + 1, parts + [pattern[begin:at]]
    raise ValueError(f"choice without an end: {pattern}")
