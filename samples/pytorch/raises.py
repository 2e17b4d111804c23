"""Initialization that raises when it runs: a nonlinearity that PyTorch does not know, and fans of a vector."""

import torch.nn as nn


class GeluBlock(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.act = nn.GELU()
        self.down = nn.Linear(4 * width, width)
        nn.init.kaiming_normal_(self.up.weight, nonlinearity='gelu')

    def forward(self, x):
        return self.down(self.act(self.up(x)))


class EveryParameter(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(20, 40), nn.ReLU(), nn.Linear(40, 2))
        for p in self.parameters():
            nn.init.kaiming_uniform_(p, nonlinearity='relu')

    def forward(self, x):
        return self.body(x)
