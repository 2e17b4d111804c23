"""An adapter from two zero matrices."""

import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self, width=48, rank=8):
        super().__init__()
        self.down = nn.Parameter(torch.zeros(width, rank))  # expect: dead-zero-product:error
        self.up = nn.Parameter(torch.zeros(rank, width))

    def forward(self, x):
        return x + x @ self.down @ self.up


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(16, 48)
        self.adapter = Adapter()
        self.head = nn.Linear(48, 3)

    def forward(self, x):
        return self.head(self.adapter(torch.relu(self.stem(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
