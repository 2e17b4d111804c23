"""A loop over all parameters reaches the biases."""

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(20, 40), nn.ReLU(), nn.Linear(40, 2))
        for p in self.parameters():
            nn.init.kaiming_uniform_(p, nonlinearity='relu')  # expect: fan-of-vector:error

    def forward(self, x):
        return self.body(x)


if __name__ == "__main__":
    Net()(torch.randn(2, 20))
