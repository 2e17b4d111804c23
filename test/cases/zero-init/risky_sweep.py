"""One function zeroes everything, applied to all modules."""

import torch
from torch import nn


def weights_init(m):
    if isinstance(m, nn.Linear):
        m.weight.data.zero_()  # expect: zero-init:error
        m.bias.data.zero_()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4)
        )
        self.apply(weights_init)

    def forward(self, x):
        return self.layers(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
