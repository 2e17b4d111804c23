"""A highway gate that starts shut: a bias of -2 is meant."""

import torch
from torch import nn


class Highway(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.transform = nn.Linear(width, width)
        self.gate = nn.Linear(width, width)
        self.head = nn.Linear(width, 10)
        nn.init.constant_(self.gate.bias, -2.0)

    def forward(self, x):
        gate = torch.sigmoid(self.gate(x))
        return self.head(gate * torch.relu(self.transform(x)) + (1 - gate) * x)


if __name__ == "__main__":
    Highway()(torch.randn(4, 64))
