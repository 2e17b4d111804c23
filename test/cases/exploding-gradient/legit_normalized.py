"""A gain of 3 that a normalization takes away again, layer by layer."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64, depth=20):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight, gain=3.0)

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = torch.relu(norm(layer(x)))
        return self.head(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
