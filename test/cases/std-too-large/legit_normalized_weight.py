"""Weights that are normalized in forward have no scale; randn over the root of the fan-in has the right one."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import weight_norm


class Net(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.scaled = nn.Parameter(torch.randn(width, width) / math.sqrt(width))
        self.cosine = nn.Parameter(torch.randn(width, width))
        self.normed = weight_norm(nn.Linear(width, width))
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        x = torch.relu(F.linear(x, self.scaled))
        x = torch.relu(F.linear(x, F.normalize(self.cosine, dim=1)))
        return self.out(torch.relu(self.normed(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 256))
