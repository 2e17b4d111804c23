"""Thirty tanh layers with Xavier: the gain of a linear unit is the critical one."""

import torch
from torch import nn


class DeepTanh(nn.Module):
    def __init__(self, width=128, depth=30):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 2)
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


if __name__ == "__main__":
    DeepTanh()(torch.randn(4, 128))
