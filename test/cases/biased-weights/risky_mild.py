"""A mean of 0.1 beside a standard deviation of 0.05: small, but the same for every unit."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, 10)
        nn.init.normal_(self.fc1.weight, mean=0.1, std=0.05)  # expect: biased-weights:information

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 256))
