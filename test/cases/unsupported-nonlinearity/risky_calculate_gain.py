"""`calculate_gain` raises on the same names."""

import torch
from torch import nn
from torch.nn.init import calculate_gain, orthogonal_


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 64)
        self.fc2 = nn.Linear(64, 2)
        orthogonal_(self.fc1.weight, gain=calculate_gain("silu"))  # expect: unsupported-nonlinearity:error
        orthogonal_(self.fc2.weight, 0.01)

    def forward(self, x):
        return self.fc2(nn.functional.silu(self.fc1(x)))


if __name__ == "__main__":
    Actor()(torch.randn(2, 8))
