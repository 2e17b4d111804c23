"""A normalization that is written out: x times one over its own root mean square."""

import torch
from torch import nn


class RootMeanSquare(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        square = x.pow(2).mean(dim=1, keepdim=True)
        x = x * torch.rsqrt(square + 1e-6)
        return x * self.weight.view(1, -1, 1, 1)


class Net(nn.Module):
    def __init__(self, channels=32, depth=8):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 1) for _ in range(depth)])
        self.norms = nn.ModuleList([RootMeanSquare(channels) for _ in range(depth)])
        self.head = nn.Linear(channels, 10)
        for conv in self.convs:
            nn.init.xavier_normal_(conv.weight, gain=4.0)

    def forward(self, x):
        x = self.stem(x)
        for conv, norm in zip(self.convs, self.norms):
            x = torch.relu(norm(conv(x)))
        return self.head(x.mean((2, 3)))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 8, 8))
