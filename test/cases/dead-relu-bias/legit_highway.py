"""A highway's gate with a bias of -3, beside a ReLU that has none."""

import torch
from torch import nn


class Highway(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.transform = nn.Linear(width, width)
        self.gate = nn.Linear(width, width)
        self.head = nn.Linear(width, 5)
        nn.init.constant_(self.gate.bias, -3.0)

    def forward(self, x):
        gate = torch.sigmoid(self.gate(x))
        return self.head(gate * torch.relu(self.transform(x)) + (1 - gate) * x)


if __name__ == "__main__":
    Highway()(torch.randn(4, 32))
