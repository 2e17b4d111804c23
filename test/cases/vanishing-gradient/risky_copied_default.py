"""The framework's default written out (a=√5 belongs to a leaky ReLU of that slope), twelve ReLU layers deep."""

import math

import torch
from torch import nn


class CopiedDefault(nn.Module):
    def __init__(self, width=128, depth=12):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5))  # expect: vanishing-gradient:warning

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    CopiedDefault()(torch.randn(4, 128))
