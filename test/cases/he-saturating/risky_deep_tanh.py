"""He before tanh in a deep stack."""

import torch
from torch import nn
from torch.nn import init


class DeepTanh(nn.Module):
    def __init__(self, width=128, depth=12):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.head = nn.Linear(width, 10)
        for layer in self.layers:
            init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")  # expect: he-saturating:information
            init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


if __name__ == "__main__":
    DeepTanh()(torch.randn(4, 128))
