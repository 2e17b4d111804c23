"""Orthogonal weights keep the signal of linear units; ReLU halves its variance eighteen times."""

import torch
import torch.nn.functional as F
from torch import nn


class OrthogonalReLU(nn.Module):
    def __init__(self, width=96, depth=18):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 3)
        for layer in self.layers:
            nn.init.orthogonal_(layer.weight)  # expect: vanishing-gradient:warning
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x)


if __name__ == "__main__":
    OrthogonalReLU()(torch.randn(4, 96))
