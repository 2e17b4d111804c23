"""A normalization's gain at zero in a plain stack: ReLU passes nothing at zero, so the gain never moves."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.fc1 = nn.Linear(16, width)
        self.norm = nn.LayerNorm(width)
        self.fc2 = nn.Linear(width, 3)
        nn.init.kaiming_normal_(self.fc1.weight)
        nn.init.zeros_(self.norm.weight)  # expect: dead-path:error
        nn.init.zeros_(self.norm.bias)

    def forward(self, x):
        return self.fc2(torch.relu(self.norm(self.fc1(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 16))
