"""Random features: a large frozen matrix in front of tanh, of which only the readout learns."""

import torch
from torch import nn


class Reservoir(nn.Module):
    def __init__(self, inputs=16, units=256):
        super().__init__()
        self.features = nn.Linear(inputs, units)
        self.features.requires_grad_(False)
        nn.init.orthogonal_(self.features.weight, 10.0)
        self.readout = nn.Linear(units, 3)

    def forward(self, x):
        return self.readout(torch.tanh(self.features(x)))


if __name__ == "__main__":
    Reservoir()(torch.randn(4, 16))
