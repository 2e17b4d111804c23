"""Orthogonal policies with a tiny last layer (PPO), SELU with LeCun normal."""

import math

import torch
from torch import nn


def layer_init(layer, std=math.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class Agent(nn.Module):
    def __init__(self, observations=17, actions=6):
        super().__init__()
        self.critic = nn.Sequential(
            layer_init(nn.Linear(observations, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 1), std=1.0),
        )
        self.actor = nn.Sequential(
            layer_init(nn.Linear(observations, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, actions), std=0.01),
        )
        self.selu = nn.Sequential(nn.Linear(observations, 64), nn.SELU(), nn.Linear(64, 64), nn.SELU(), nn.Linear(64, 1))
        for m in self.selu:
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, std=1 / math.sqrt(m.in_features))

    def forward(self, x):
        return self.actor(x), self.critic(x), self.selu(x)


if __name__ == "__main__":
    Agent()(torch.randn(4, 17))
