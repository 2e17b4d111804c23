"""A regression's head has the scale of its targets: nobody knows it here."""

import torch
from torch import nn


class Value(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(16, width), nn.LayerNorm(width), nn.Tanh())
        self.value = nn.Linear(width, 1)
        nn.init.orthogonal_(self.value.weight, 5.0)

    def forward(self, x):
        return self.value(self.body(x))


if __name__ == "__main__":
    Value()(torch.randn(4, 16))
