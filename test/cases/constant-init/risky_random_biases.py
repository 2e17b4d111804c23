"""Constants in all weights; PyTorch's default biases are random and tell the units apart."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(10, 20)
        self.out = nn.Linear(20, 2)
        for layer in (self.first, self.out):
            torch.nn.init.constant_(layer.weight, 0.05)  # expect: constant-init:information

    def forward(self, x):
        return self.out(torch.tanh(self.first(x)))


if __name__ == "__main__":
    Net()(torch.randn(2, 10))
