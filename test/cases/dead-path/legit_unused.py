"""An auxiliary head that this forward pass does not use, and a factor of zero for a loss that is switched off."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=32, auxiliary=0.0):
        super().__init__()
        self.auxiliary = auxiliary
        self.trunk = nn.Linear(8, width)
        self.head = nn.Linear(width, 4)
        self.extra = nn.Linear(width, 4)

    def forward(self, x):
        x = torch.relu(self.trunk(x))
        return self.head(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 8))
