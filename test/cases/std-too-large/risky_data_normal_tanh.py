"""`.data.normal_(0, 1)` before tanh: nearly all units start saturated."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(256, 256)
        self.fc2 = nn.Linear(256, 4)
        self.fc1.weight.data.normal_(0, 1)  # expect: std-too-large:warning

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 256))
