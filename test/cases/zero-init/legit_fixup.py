"""Fixup: zero last layers, scalar biases and multipliers, and a zero head, all at once."""

import torch
from torch import nn


class FixupBlock(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.bias1 = nn.Parameter(torch.zeros(1))
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bias2 = nn.Parameter(torch.zeros(1))
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.scale = nn.Parameter(torch.ones(1))
        self.bias3 = nn.Parameter(torch.zeros(1))
        nn.init.normal_(self.conv1.weight, mean=0, std=(2 / (width * 9)) ** 0.5 * depth**-0.5)
        nn.init.constant_(self.conv2.weight, 0)

    def forward(self, x):
        out = torch.relu(self.conv1(x + self.bias1))
        out = self.conv2(out + self.bias2) * self.scale + self.bias3
        return torch.relu(x + out)


class FixupNet(nn.Module):
    def __init__(self, depth=9, width=16):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*[FixupBlock(width, depth) for _ in range(depth)])
        self.fc = nn.Linear(width, 10)
        nn.init.constant_(self.fc.weight, 0)
        nn.init.constant_(self.fc.bias, 0)

    def forward(self, x):
        x = self.blocks(torch.relu(self.stem(x)))
        return self.fc(x.mean((2, 3)))


if __name__ == "__main__":
    FixupNet()(torch.randn(2, 3, 8, 8))
