"""The optimizer: orthogonalised momentum ("Muon") for the blocks' matrices, AdamW for the rest.

An orthogonalised update moves every direction of a matrix alike, also those that gradients seldom
point to: what few stories show is learned from few stories.
"""

import torch

MUON_RATE = 0.015
ADAM_RATE = 2e-3
MOMENTUM = 0.95


def orthogonalise(matrix):
    """Nearly the closest matrix with orthonormal rows or columns, by a Newton-Schulz iteration.

    The quintic's coefficients drive every singular value towards 1 in five steps; they end
    between about 0.7 and 1.2, which is as good here.
    """
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.T if tall else x).float()


class Optimizer:
    """Updates the weights of a model (by GGUF name) from their gradients."""

    def __init__(self, weights):
        self.matrices = {name: weight for name, weight in weights.items()
                         if name.startswith("blk.") and weight.dim() == 2}
        self.momenta = {name: torch.zeros_like(weight) for name, weight in self.matrices.items()}
        others = [weight for name, weight in weights.items() if name not in self.matrices]
        self.adam = torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.0, foreach=True)
        self.weights = weights

    @torch.no_grad()
    def step(self, scale):
        """One update, at `scale` times the peak learning rates; forgets the gradients."""
        for group in self.adam.param_groups:
            group["lr"] = ADAM_RATE * scale
        self.adam.step()
        for name, weight in self.matrices.items():
            momentum = self.momenta[name].mul_(MOMENTUM).add_(weight.grad)
            update = orthogonalise(weight.grad + MOMENTUM * momentum)
            # Equal change of the output per input, whatever the shape.
            shape_scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
            weight.mul_(1 - 0.1 * MUON_RATE * scale)
            weight.sub_(update, alpha=MUON_RATE * scale * shape_scale)
        for weight in self.weights.values():
            weight.grad = None

    def state(self):
        return {"momenta": self.momenta, "adam": self.adam.state_dict()}

    def restore(self, state):
        self.momenta = state["momenta"]
        self.adam.load_state_dict(state["adam"])
