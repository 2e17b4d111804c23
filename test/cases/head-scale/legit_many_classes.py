"""He on a head of a thousand classes: the loss starts at 7.9 instead of 6.9."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=128, classes=1000):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)
        nn.init.kaiming_normal_(self.head.weight)

    def forward(self, x):
        return self.head(self.norm(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 128))
