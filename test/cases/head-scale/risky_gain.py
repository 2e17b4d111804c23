"""A gain of 6 on the classifier."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64, classes=10):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(32, width), nn.LayerNorm(width), nn.ReLU())
        self.head = nn.Linear(width, classes)
        nn.init.xavier_normal_(self.head.weight, gain=6)  # expect: head-scale:warning

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
