"""Followed by a norm at once: the forward scale is set anew."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, padding=1)
        self.norm = nn.BatchNorm2d(32)
        self.fc = nn.Linear(32, 10)
        nn.init.normal_(self.conv.weight)  # expect: std-too-large:hint

    def forward(self, x):
        return self.fc(torch.relu(self.norm(self.conv(x))).mean((2, 3)))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 8, 8))
