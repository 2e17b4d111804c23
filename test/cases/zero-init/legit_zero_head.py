"""A head of zeros starts with a flat guess and learns from the first step on."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.head = nn.Linear(64, 10)
        self.head.weight.data.zero_()
        self.head.bias.data.zero_()

    def forward(self, x):
        return self.head(self.body(x))


class LogisticRegression(nn.Module):
    """A convex model may start anywhere."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(20, 1)
        nn.init.zeros_(self.linear.weight)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


if __name__ == "__main__":
    Classifier()(torch.randn(4, 32))
    LogisticRegression()(torch.randn(4, 20))
