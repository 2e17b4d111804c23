"""Dirac kernels pass what comes in; so do identity matrices."""

import torch
from torch import nn


class Passing(nn.Module):
    def __init__(self, channels=16, depth=12):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(depth)])
        self.mixes = nn.ModuleList([nn.Linear(channels, channels) for _ in range(depth)])
        self.head = nn.Linear(channels, 10)
        for conv in self.convs:
            nn.init.dirac_(conv.weight)
            nn.init.zeros_(conv.bias)
        for mix in self.mixes:
            nn.init.eye_(mix.weight)
            nn.init.zeros_(mix.bias)

    def forward(self, x):
        for conv in self.convs:
            x = conv(x)
        x = x.mean((2, 3))
        for mix in self.mixes:
            x = torch.tanh(mix(x))
        return self.head(x)


if __name__ == "__main__":
    Passing()(torch.randn(2, 16, 8, 8))
