"""`torch.rand` is U(0, 1): all weights are positive."""

import torch
from torch import nn


class Dense(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(units, inputs))  # expect: biased-weights:warning
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight, self.bias)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Dense(64, 128)
        self.second = Dense(128, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(torch.relu(self.second(torch.relu(self.first(x)))))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
