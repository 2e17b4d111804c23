"""Logits divided by a temperature of 0.05: twenty times Xavier."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64, classes=8):
        super().__init__()
        self.body = nn.Linear(32, width)
        self.norm = nn.BatchNorm1d(width)
        self.head = nn.Linear(width, classes)
        nn.init.xavier_uniform_(self.head.weight)  # expect: head-scale:warning

    def forward(self, x):
        return self.head(self.norm(self.body(x))) / 0.05


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
