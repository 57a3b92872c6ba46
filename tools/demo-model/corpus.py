#!/usr/bin/env python3
"""Generates the corpus of the demonstration model: short stories from a probabilistic grammar.

Story number i of a seed is always the same text, however many are generated. Training and
held-out stories come from different seeds.
"""

import argparse
import random

from plots import PLOTS
from teller import Teller
from world import MACROS

TRAINING_SEED = 1
HELD_OUT_SEED = 2


def make_story(seed, index):
    """The text of one story and -log of the probability of its derivation, in nats."""
    # Seeding with a string hashes it, so neighbouring stories share nothing.
    teller = Teller(random.Random(f"{seed}:{index}"), MACROS)
    teller.pick(PLOTS)(teller)
    return teller.text(), teller.nats


def entropy(seed, count):
    """Measures `count` stories: nats per story, nats per character, characters per story.

    The mean of -log p over stories estimates the entropy of the derivations: an upper bound on
    the entropy of the texts, since a text with several derivations has the sum of their
    probabilities. No model can have a lower expected loss than the entropy of the texts.
    """
    stories = [make_story(seed, index) for index in range(count)]
    nats = sum(story_nats for _, story_nats in stories)
    characters = sum(len(text) for text, _ in stories)
    return nats / count, nats / characters, characters / count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=TRAINING_SEED)
    parser.add_argument("--count", type=int, default=5, help="stories to print (default 5)")
    parser.add_argument("--entropy", action="store_true",
                        help="print the entropy of the generator instead")
    options = parser.parse_args()
    if options.entropy:
        per_story, per_character, length = entropy(options.seed, options.count)
        print(f"{per_story:.2f} nats/story, {per_character:.4f} nats/character, "
              f"{length:.0f} characters/story")
        return
    for index in range(options.count):
        print(make_story(options.seed, index)[0] + "\n")


if __name__ == "__main__":
    main()
