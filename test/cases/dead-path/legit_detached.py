"""A target network and a frozen trunk get no gradient by design."""

import torch
from torch import nn


class Agent(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.trunk = nn.Linear(8, width)
        self.online = nn.Linear(width, 4)
        self.target = nn.Linear(width, 4)
        self.trunk.requires_grad_(False)
        for parameter in self.target.parameters():
            parameter.requires_grad = False

    def forward(self, x):
        x = torch.relu(self.trunk(x))
        with torch.no_grad():
            target = self.target(x)
        return self.online(x), target


if __name__ == "__main__":
    Agent()(torch.randn(4, 8))
