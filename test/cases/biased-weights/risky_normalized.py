"""Positive weights in front of a batch normalization: their scale goes, that all units start alike does not."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, channels=32):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.head = nn.Linear(channels, 10)
        nn.init.uniform_(self.conv.weight, 0, 0.1)  # expect: biased-weights:hint

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).mean((2, 3)))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 16, 16))
