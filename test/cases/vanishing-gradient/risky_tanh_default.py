"""Twenty-four tanh layers as PyTorch makes them: 0.58 of the signal per layer."""

import torch
from torch import nn


class DeepTanh(nn.Module):  # expect: vanishing-gradient:warning
    def __init__(self, width=64, depth=24):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


if __name__ == "__main__":
    DeepTanh()(torch.randn(4, 64))
