"""Thirty layers as PyTorch makes them, each followed by a normalization that sets the scale."""

import torch
from torch import nn


class NormalizedNet(nn.Module):
    def __init__(self, width=64, depth=30):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.LayerNorm(width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    NormalizedNet()(torch.randn(4, 64))
