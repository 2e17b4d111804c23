"""PyTorch's gain of 5/3 before tanh: bounded units do not explode, and a little more than 1 per layer keeps the gradient."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64, depth=10):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight, gain=nn.init.calculate_gain("tanh"))
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
