"""A detection prior's bias that a loop writes into every layer, not into the last alone."""

import math

import torch
from torch import nn


class Tower(nn.Module):
    def __init__(self, channels=32, classes=4, prior=0.01):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3)])
        self.scores = nn.Conv2d(channels, classes, 3, padding=1)
        for layer in [*self.convs, self.scores]:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.constant_(layer.bias, -math.log((1 - prior) / prior))  # expect: dead-relu-bias:warning

    def forward(self, x):
        for conv in self.convs:
            x = torch.relu(conv(x))
        return self.scores(x)


if __name__ == "__main__":
    Tower()(torch.randn(2, 32, 8, 8))
