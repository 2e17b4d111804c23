"""Standardized weights have the variance 1 / fan-in whatever was drawn."""

import torch
from torch import nn
from torch.nn import functional as F


class Standardized(nn.Conv2d):
    def forward(self, x):
        weight = self.weight
        mean = weight.mean(dim=1, keepdim=True).mean(dim=2, keepdim=True).mean(dim=3, keepdim=True)
        weight = weight - mean
        std = weight.view(weight.size(0), -1).std(dim=1).view(-1, 1, 1, 1) + 1e-5
        weight = weight / std.expand_as(weight) * self.weight[0].numel() ** -0.5
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [3, 32, 32, 64, 64, 64, 64, 64]
        blocks = []
        for before, after in zip(channels, channels[1:]):
            blocks += [Standardized(before, after, 3, padding=1), nn.ReLU()]
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.normal_(m.weight, std=0.001)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 8, 8))
