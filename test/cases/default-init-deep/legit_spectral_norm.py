"""Spectral normalization sets every matrix to a largest singular value of 1, whatever was drawn."""

import torch
from torch import nn
from torch.nn.utils import spectral_norm


class Critic(nn.Module):
    def __init__(self, width=64, depth=14):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [spectral_norm(nn.Linear(width, width)), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers)
        self.head = spectral_norm(nn.Linear(width, 1))

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    Critic()(torch.randn(4, 64))
