"""ReZero, SkipInit and LayerScale: learned factors that start at or near zero."""

import torch
from torch import nn


class ReZeroBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.alpha = nn.Parameter(torch.zeros(1))
        self.gamma = nn.Parameter(1e-6 * torch.ones(width))
        self.fc2 = nn.Linear(width, width)

    def forward(self, x):
        x = x + self.alpha * torch.relu(self.fc(x))
        return x + self.gamma * self.fc2(x)


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.blocks = nn.Sequential(*[ReZeroBlock(width) for _ in range(4)])
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        return self.head(self.blocks(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
