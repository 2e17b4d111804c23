"""The bias of a normalization shuts the ReLU behind it just as well."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc1 = nn.Linear(16, width)
        self.norm = nn.LayerNorm(width)
        self.fc2 = nn.Linear(width, 3)
        nn.init.constant_(self.norm.bias, -4)  # expect: dead-relu-bias:warning

    def forward(self, x):
        return self.fc2(torch.relu(self.norm(self.fc1(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
