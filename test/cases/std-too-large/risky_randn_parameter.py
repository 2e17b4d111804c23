"""A weight of one's own, drawn with `torch.randn`."""

import torch
import torch.nn.functional as F
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(units, in_units))  # expect: std-too-large:warning
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        return F.relu(F.linear(x, self.weight, self.bias))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(MyLinear(256, 256), MyLinear(256, 256))
        self.out = nn.Linear(256, 10)

    def forward(self, x):
        return self.out(self.layers(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 256))
