"""Twelve leaky layers made in one expression, at the top of a script."""

import torch
from torch import nn

width = 96
model = nn.Sequential(  # expect: default-init-deep:warning
    *[nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(0.1)) for _ in range(12)],
    nn.Linear(width, 5),
)

if __name__ == "__main__":
    model(torch.randn(4, width))
