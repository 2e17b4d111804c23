"""Std 0.001 in six plain convolutions; in the head the same number is a small start."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [3, 32, 32, 64, 64, 64]
        blocks = []
        for before, after in zip(channels, channels[1:]):
            blocks += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                m.weight.data.normal_(0, 0.001)  # expect: std-too-small:warning
                m.bias.data.zero_()
        nn.init.normal_(self.head.weight, std=0.001)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 8, 8))
