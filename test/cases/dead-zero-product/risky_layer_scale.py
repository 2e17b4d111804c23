"""A learned factor at zero over a last layer at zero: one of the two would have been enough."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.scale = nn.Parameter(torch.zeros(1))
        nn.init.zeros_(self.down.weight)  # expect: dead-zero-product:error
        nn.init.zeros_(self.down.bias)

    def forward(self, x):
        return x + self.scale * self.down(torch.relu(self.up(x)))


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Linear(8, width)
        self.blocks = nn.Sequential(Block(width), Block(width))
        self.head = nn.Linear(width, 4)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 8))
