"""ControlNet's zero convolutions, and an adapter whose up-projection starts at zero."""

import torch
from torch import nn


def zero_module(module):
    for p in module.parameters():
        p.detach().zero_()
    return module


class Adapter(nn.Module):
    def __init__(self, width, bottleneck=8):
        super().__init__()
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, x):
        return x + self.up(torch.relu(self.down(x)))


class ControlNet(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.hint = nn.Conv2d(1, channels, 3, padding=1)
        self.zero_conv = zero_module(nn.Conv2d(channels, channels, 1))
        self.body = nn.Conv2d(channels, channels, 3, padding=1)
        self.adapter = Adapter(channels)
        self.head = nn.Linear(channels, 4)

    def forward(self, x, hint):
        h = torch.relu(self.stem(x)) + self.zero_conv(torch.relu(self.hint(hint)))
        h = torch.relu(self.body(h)).mean((2, 3))
        return self.head(self.adapter(h))


if __name__ == "__main__":
    ControlNet()(torch.randn(2, 3, 8, 8), torch.randn(2, 1, 8, 8))
