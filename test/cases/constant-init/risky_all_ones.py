"""Ones in every layer: the units of a hidden layer stay one unit."""

import torch
from torch import nn


def init_constant(m):
    if type(m) == nn.Linear:
        nn.init.constant_(m.weight, 1)  # expect: constant-init:error
        nn.init.zeros_(m.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
        self.net.apply(init_constant)

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    Net()(torch.randn(2, 4))
