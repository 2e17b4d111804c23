"""Zeros before tanh under a random head: alive after one step, and the head tells the units apart."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(16, 64)
        self.out = nn.Linear(64, 4)
        nn.init.zeros_(self.hidden.weight)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
