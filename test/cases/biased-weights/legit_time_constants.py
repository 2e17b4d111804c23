"""Biases, learned decays and temperatures drawn from U(0, 1) are no weights that a unit sums up."""

import torch
from torch import nn


class LeakyUnits(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.mix = nn.Linear(width, width)
        self.decay = nn.Parameter(torch.rand(width))
        nn.init.uniform_(self.mix.bias, 0, 1)

    def forward(self, x):
        return torch.tanh(self.mix(x)) * self.decay


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.units = LeakyUnits()
        self.head = nn.Linear(64, 5)

    def forward(self, x):
        return self.head(self.units(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
