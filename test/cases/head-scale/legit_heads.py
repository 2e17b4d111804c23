"""Heads as experts make them: zeros, 0.01, Xavier, He, the default."""

import torch
from torch import nn


class Heads(nn.Module):
    def __init__(self, width=64, classes=10):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.zero = nn.Linear(width, classes)
        self.small = nn.Linear(width, classes)
        self.xavier = nn.Linear(width, classes)
        self.he = nn.Linear(width, classes)
        self.default = nn.Linear(width, classes)
        nn.init.zeros_(self.zero.weight)
        nn.init.normal_(self.small.weight, std=0.01)
        nn.init.xavier_normal_(self.xavier.weight)
        nn.init.kaiming_normal_(self.he.weight)

    def forward(self, x):
        x = self.norm(x)
        return self.zero(x), self.small(x), self.xavier(x), self.he(x), self.default(x)


if __name__ == "__main__":
    Heads()(torch.randn(4, 64))
