"""A policy's head at `orthogonal_(w, 10)`, where 0.01 was meant."""

import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self, observations=16, actions=6, width=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(observations, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh())
        self.logits = nn.Linear(width, actions)
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.orthogonal_(layer.weight)
        nn.init.orthogonal_(self.logits.weight, 10.0)  # expect: head-scale:warning

    def forward(self, x):
        return self.logits(self.body(x))


if __name__ == "__main__":
    Policy()(torch.randn(4, 16))
