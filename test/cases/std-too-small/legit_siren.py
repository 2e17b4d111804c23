"""SIREN: tiny bounds, because the sine is fed 30 times its input (Sitzmann et al. 2020)."""

import math

import torch
from torch import nn


class SineLayer(nn.Module):
    def __init__(self, in_features, out_features, is_first=False, omega=30.0):
        super().__init__()
        self.omega = omega
        self.linear = nn.Linear(in_features, out_features)
        with torch.no_grad():
            if is_first:
                self.linear.weight.uniform_(-1 / in_features, 1 / in_features)
            else:
                bound = math.sqrt(6 / in_features) / omega
                self.linear.weight.uniform_(-bound, bound)

    def forward(self, x):
        return torch.sin(self.omega * self.linear(x))


class Siren(nn.Module):
    def __init__(self, width=128):
        super().__init__()
        self.net = nn.Sequential(
            SineLayer(2, width, is_first=True), SineLayer(width, width), SineLayer(width, width), nn.Linear(width, 1)
        )

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    Siren()(torch.randn(4, 2))
