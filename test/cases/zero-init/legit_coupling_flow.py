"""A coupling layer's last layer starts at zero, so that the flow starts as identity."""

import torch
from torch import nn


class Coupling(nn.Module):
    def __init__(self, width=16, hidden=64):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width // 2, hidden), nn.ReLU(), nn.Linear(hidden, width))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        s, t = self.net(a).chunk(2, dim=1)
        return torch.cat([b * torch.exp(torch.tanh(s)) + t, a], dim=1)


class Flow(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Coupling() for _ in range(4)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


if __name__ == "__main__":
    Flow()(torch.randn(4, 16))
