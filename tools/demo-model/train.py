#!/usr/bin/env python3
"""Makes the demonstration model: generates its corpus, learns its tokenizer, trains it, and
writes it quantised as GGUF. CPU only; needs python3-torch, python3-numpy, libopenblas0-pthread.

Stories are generated as training goes and none is seen twice, so training loss and held-out loss
are the same thing up to noise. A run that is interrupted continues from its last checkpoint.
"""

import argparse
import math
import os
import pathlib
import time

# Waiting threads sleep instead of spinning: on a busy machine spinning starves the other thread.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
import torch.nn.functional as F

import corpus
import tokenizer as spm
from export import export
from model import Config, Model, initial_weights
from optimizer import Optimizer

TOKENIZER_STORIES = 20000
NOTHING = -100
STORIES_PER_STEP = 8
# Alone in its row, a story has no other names and things to confuse with its own, and learning to
# copy them begins early. The last quarter of the training teaches distances up to the context.
PAIRS_FROM = 0.75
HELD_OUT_STORIES = 32
WARMUP_STEPS = 40
CHECKPOINT_STEPS = 100


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="the GGUF file to write")
    parser.add_argument("--steps", type=int, default=5000,
                        help="training steps of 8 stories each (default 5000)")
    parser.add_argument("--minutes", type=float, default=55,
                        help="shorten the schedule to end within this time (default 55)")
    parser.add_argument("--threads", type=int, default=2,
                        help="1 is faster where other work keeps the cores busy (default 2)")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/demo-model"),
                        help="folder of the checkpoint (default build/demo-model)")
    return parser.parse_args()


def learn_tokenizer(config):
    stories = (corpus.make_story(corpus.TRAINING_SEED, index)[0]
               for index in range(TOKENIZER_STORIES))
    return spm.train(stories, config.vocabulary)


class Batches:
    """Batches of stories, one or more whole ones per row, padded to the longest row."""

    def __init__(self, tokenizer, seed):
        self.tokenizer, self.seed, self.next_story = tokenizer, seed, 0

    def row(self, stories):
        ids = []
        for _ in range(stories):
            text, _ = corpus.make_story(self.seed, self.next_story)
            ids += self.tokenizer.encode(text) + [spm.END]
            self.next_story += 1
        return ids

    def next(self, stories, stories_per_row, context):
        """Tokens [rows, up to context + 1], with NOTHING after the end of a row."""
        rows = [self.row(stories_per_row) for _ in range(stories // stories_per_row)]
        longest = max(len(row) for row in rows)
        padded = [row + [NOTHING] * (longest - len(row)) for row in rows]
        return torch.tensor(padded)[:, :context + 1]


def loss_of(model, tokens):
    """Mean -log p of the tokens that follow another, in nats."""
    # What a padded position computes is never looked at; it only needs to be a token.
    logits = model.logits(tokens[:, :-1].clamp(min=0))
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=NOTHING)


def rate_scale(step, progress):
    """Warm-up, then half a cosine down to nearly nothing."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return min(1.0, (step + 1) / WARMUP_STEPS) * (0.02 + 0.98 * cosine)


class Training:
    """Weights, optimizer and position in the schedule; saved and restored as one file."""

    def __init__(self, config, tokenizer, path):
        self.config, self.tokenizer, self.path = config, tokenizer, path
        self.weights = initial_weights(config, seed=1)
        for weight in self.weights.values():
            weight.requires_grad_()
        self.optimizer = Optimizer(self.weights)
        self.step, self.seconds, self.done = 0, 0.0, False
        self.batches = Batches(tokenizer, corpus.TRAINING_SEED)
        if path.exists():
            self.restore()

    def restore(self):
        state = torch.load(self.path)
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(state["weights"][name])
        self.optimizer.restore(state["optimizer"])
        self.step, self.seconds, self.done = state["step"], state["seconds"], state["done"]
        self.batches.next_story = state["next_story"]

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        torch.save({"weights": self.weights, "optimizer": self.optimizer.state(),
                    "step": self.step, "seconds": self.seconds, "done": self.done,
                    "next_story": self.batches.next_story}, partial)
        # Renaming is atomic: an interruption leaves the former checkpoint whole.
        partial.replace(self.path)

    def run(self, steps, minutes):
        model = Model(self.config, self.weights)
        held_out = Batches(self.tokenizer, corpus.HELD_OUT_SEED).next(
            HELD_OUT_STORIES, 1, self.config.context)
        begin = time.monotonic() - self.seconds
        while not self.done:
            progress = max(self.step / steps, self.seconds / (60 * minutes))
            loss = self.advance(model, progress)
            self.seconds = time.monotonic() - begin
            self.done = self.step >= steps or self.seconds >= 60 * minutes
            if self.step % CHECKPOINT_STEPS == 0 or self.done:
                self.save()
                with torch.no_grad():
                    held_out_loss = loss_of(model, held_out).item()
                print(f"step {self.step} of {steps}, {self.seconds / 60:.1f} min: "
                      f"loss {loss:.4f}, held-out {held_out_loss:.4f} nats/token", flush=True)

    def advance(self, model, progress):
        """One optimizer step; returns the loss before it."""
        stories_per_row = 1 if progress < PAIRS_FROM else 2
        tokens = self.batches.next(STORIES_PER_STEP, stories_per_row, self.config.context)
        loss = loss_of(model, tokens)
        loss.backward()
        self.optimizer.step(rate_scale(self.step, progress))
        self.step += 1
        return loss.item()


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    config = Config()
    tokenizer = learn_tokenizer(config)
    training = Training(config, tokenizer, options.work / "checkpoint.pt")
    training.run(options.steps, options.minutes)
    export(options.out, config, tokenizer,
           {name: weight.detach().numpy() for name, weight in training.weights.items()})


if __name__ == "__main__":
    main()
