"""A weight of one's own, allocated with zeros and never written again."""

import torch
from torch import nn
import torch.nn.functional as F


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))  # expect: zero-init:error
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = MyLinear(32, 64)
        self.out = nn.Linear(64, 3)

    def forward(self, x):
        return self.out(F.relu(self.inner(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
