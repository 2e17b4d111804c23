"""`orthogonal_(w, 10)` where 1.0 was meant."""

import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self, observations=32, width=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(observations, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh())
        self.value = nn.Linear(width, 1)
        for module in self.body:
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight, 10.0)  # expect: saturating-init:warning
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.value(self.body(x))


if __name__ == "__main__":
    Critic()(torch.randn(4, 32))
