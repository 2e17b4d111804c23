"""U(-0.003, 0.003) in hidden layers."""

import torch
from torch import nn
import torch.nn.init as init


class Net(nn.Module):
    def __init__(self, width=100):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(4))
        self.out = nn.Linear(width, 2)
        for layer in self.layers:
            init.uniform_(layer.weight, a=-0.003, b=0.003)  # expect: std-too-small:warning
            init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.out(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 100))
