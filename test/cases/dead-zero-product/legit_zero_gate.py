"""Flamingo's gate: tanh of a zero over a random branch."""

import torch
from torch import nn


class GatedBranch(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.branch = nn.Linear(width, width)
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + torch.tanh(self.gate) * self.branch(x)


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Linear(8, width)
        self.gated = GatedBranch(width)
        self.head = nn.Linear(width, 4)

    def forward(self, x):
        return self.head(self.gated(self.stem(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 8))
