"""A head drawn at 1/1000: every gradient behind it is small, and all of them alike."""

import torch
from torch import nn


class SmallHead(nn.Module):
    def __init__(self, width=64, depth=6):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 6)
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.orthogonal_(self.head.weight, 0.001)

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    SmallHead()(torch.randn(4, 64))
