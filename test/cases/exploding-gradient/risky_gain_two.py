"""A gain of 2.2 before ReLU: 1.6 times per layer, twelve layers."""

import torch
from torch import nn


class Growing(nn.Module):
    def __init__(self, width=64, depth=12):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 3)
        for layer in self.layers:
            nn.init.xavier_uniform_(layer.weight, gain=2.2)  # expect: exploding-gradient:warning
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.head(x)


if __name__ == "__main__":
    Growing()(torch.randn(4, 64))
