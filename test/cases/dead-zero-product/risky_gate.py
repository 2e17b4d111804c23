"""A gated branch whose gate and value are both zero: their product has no slope in either."""

import torch
from torch import nn


class GatedBranch(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.value = nn.Linear(width, width)
        self.gate = nn.Linear(width, width)
        for layer in (self.value, self.gate):
            nn.init.zeros_(layer.weight)  # expect: dead-zero-product:error
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return x + self.gate(x) * self.value(x)


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Linear(8, width)
        self.branch = GatedBranch(width)
        self.head = nn.Linear(width, 4)

    def forward(self, x):
        return self.head(self.branch(torch.tanh(self.stem(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 8))
