"""Symmetric bounds, written in three ways."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.first = nn.Parameter((torch.rand(width, width) - 0.5) * 0.2)
        self.second = nn.Linear(width, width)
        self.head = nn.Linear(width, 10)
        self.second.weight.data.uniform_(-0.1, 0.1)
        nn.init.uniform_(self.head.weight, -3e-3, 3e-3)

    def forward(self, x):
        return self.head(torch.relu(self.second(torch.relu(x @ self.first))))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
