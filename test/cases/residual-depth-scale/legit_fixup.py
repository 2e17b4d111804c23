"""Fixup: the last layer of every un-normalized branch at zero, the first scaled by depth."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, width)
        nn.init.kaiming_normal_(self.fc1.weight)
        self.fc1.weight.data.mul_(depth**-0.5)
        nn.init.zeros_(self.fc2.weight)

    def forward(self, x):
        return x + self.fc2(torch.relu(self.fc1(torch.relu(x))))


class Net(nn.Module):
    def __init__(self, width=64, depth=20):
        super().__init__()
        self.stem = nn.Linear(16, width)
        self.blocks = nn.Sequential(*[Block(width, depth) for _ in range(depth)])
        self.head = nn.Linear(width, 4)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
