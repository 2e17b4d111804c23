"""Equalized learning rate: N(0, 1) weights whose output is multiplied by He's constant in forward (ProGAN)."""

import math

import torch
from torch import nn


class EqualizedLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features, bias=False)
        self.scale = math.sqrt(2 / in_features)
        nn.init.normal_(self.linear.weight)

    def forward(self, x):
        return self.linear(x) * self.scale


class Mapping(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.layers = nn.ModuleList(EqualizedLinear(width, width) for _ in range(6))

    def forward(self, x):
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), 0.2)
        return x


if __name__ == "__main__":
    Mapping()(torch.randn(4, 256))
