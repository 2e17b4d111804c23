"""A large gain whose scale a normalization takes away before tanh sees it."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)
        nn.init.orthogonal_(self.fc.weight, 10.0)

    def forward(self, x):
        return self.head(torch.tanh(self.norm(self.fc(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
