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

TOKENIZER_STORIES = 20000
BATCH = 8
PEAK_RATE = 2e-3
WARMUP_STEPS = 100
CHECKPOINT_STEPS = 100


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="the GGUF file to write")
    parser.add_argument("--steps", type=int, default=3000,
                        help="training steps of 4096 tokens (default 3000)")
    parser.add_argument("--minutes", type=float, default=55,
                        help="shorten the schedule to end within this time (default 55)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/demo-model"),
                        help="folder of the checkpoint (default build/demo-model)")
    return parser.parse_args()


def learn_tokenizer(config):
    stories = (corpus.make_story(corpus.TRAINING_SEED, index)[0]
               for index in range(TOKENIZER_STORIES))
    return spm.train(stories, config.vocabulary)


class Batches:
    """Rows of whole stories, each row begins with a story and is cut at the context's length."""

    def __init__(self, tokenizer, seed, first_story=0):
        self.tokenizer, self.seed, self.next_story = tokenizer, seed, first_story

    def row(self, length):
        ids = []
        while len(ids) < length:
            text, _ = corpus.make_story(self.seed, self.next_story)
            ids += self.tokenizer.encode(text) + [spm.END]
            self.next_story += 1
        return ids[:length]

    def next(self, rows, context):
        """Tokens [rows, context + 1]: inputs and, shifted by one, targets."""
        return torch.tensor([self.row(context + 1) for _ in range(rows)])


def loss_of(model, tokens):
    logits = model.logits(tokens[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def learning_rate(step, progress):
    """Warm-up, then half a cosine down to a twentieth."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return PEAK_RATE * min(1.0, (step + 1) / WARMUP_STEPS) * (0.05 + 0.95 * cosine)


def make_optimizer(weights):
    matrices = [weight for weight in weights.values() if weight.dim() == 2]
    vectors = [weight for weight in weights.values() if weight.dim() == 1]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1},
                              {"params": vectors, "weight_decay": 0.0}],
                             lr=PEAK_RATE, betas=(0.9, 0.95), foreach=True)


class Training:
    """Weights, optimizer and position in the schedule; saved and restored as one file."""

    def __init__(self, config, tokenizer, path):
        self.config, self.tokenizer, self.path = config, tokenizer, path
        self.weights = initial_weights(config, seed=1)
        for weight in self.weights.values():
            weight.requires_grad_()
        self.optimizer = make_optimizer(self.weights)
        self.step, self.seconds, self.done = 0, 0.0, False
        self.batches = Batches(tokenizer, corpus.TRAINING_SEED)
        if path.exists():
            self.restore()

    def restore(self):
        state = torch.load(self.path)
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(state["weights"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.done = state["step"], state["seconds"], state["done"]
        self.batches.next_story = state["next_story"]

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        torch.save({"weights": self.weights, "optimizer": self.optimizer.state_dict(),
                    "step": self.step, "seconds": self.seconds, "done": self.done,
                    "next_story": self.batches.next_story}, partial)
        # Renaming is atomic: an interruption leaves the former checkpoint whole.
        partial.replace(self.path)

    def run(self, steps, minutes):
        model = Model(self.config, self.weights)
        held_out = Batches(self.tokenizer, corpus.HELD_OUT_SEED).next(BATCH, self.config.context)
        begin = time.monotonic() - self.seconds
        while not self.done:
            progress = max(self.step / steps, self.seconds / (60 * minutes))
            loss = self.advance(model, learning_rate(self.step, progress))
            self.seconds = time.monotonic() - begin
            self.done = self.step >= steps or self.seconds >= 60 * minutes
            if self.step % CHECKPOINT_STEPS == 0 or self.done:
                self.save()
                with torch.no_grad():
                    held_out_loss = loss_of(model, held_out).item()
                print(f"step {self.step} of {steps}, {self.seconds / 60:.1f} min: "
                      f"loss {loss:.4f}, held-out {held_out_loss:.4f} nats/token", flush=True)

    def advance(self, model, rate):
        """One optimizer step; returns the loss before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(model, self.batches.next(BATCH, self.config.context))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        self.optimizer.step()
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
