"""Ones under a random head: the head tells the units apart, but they start as one."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(16, 32)
        self.out = nn.Linear(32, 4)
        nn.init.ones_(self.hidden.weight)  # expect: constant-init:information

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
