"""Thirty gated dilated convolutions with residual and skip sums, all under the default."""

import torch
from torch import nn


class Gated(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.filter = nn.Conv1d(channels, channels, 2, dilation=dilation, padding=dilation)
        self.gate = nn.Conv1d(channels, channels, 2, dilation=dilation, padding=dilation)
        self.residual = nn.Conv1d(channels, channels, 1)
        self.skip = nn.Conv1d(channels, channels, 1)

    def forward(self, x):
        h = torch.tanh(self.filter(x)[..., : x.size(-1)]) * torch.sigmoid(self.gate(x)[..., : x.size(-1)])
        return x + self.residual(h), self.skip(h)


class Wave(nn.Module):
    def __init__(self, channels=16, depth=30, classes=32):
        super().__init__()
        self.stem = nn.Conv1d(1, channels, 1)
        self.layers = nn.ModuleList([Gated(channels, 2 ** (i % 10)) for i in range(depth)])
        self.head = nn.Sequential(nn.ReLU(), nn.Conv1d(channels, channels, 1), nn.ReLU(), nn.Conv1d(channels, classes, 1))

    def forward(self, x):
        x = self.stem(x)
        total = 0
        for layer in self.layers:
            x, skip = layer(x)
            total = total + skip
        return self.head(total)


if __name__ == "__main__":
    Wave()(torch.randn(1, 1, 1100))
