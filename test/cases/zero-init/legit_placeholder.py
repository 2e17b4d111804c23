"""Zeros that are only a placeholder: written again before the constructor ends, whole or slice by slice."""

import torch
import torch.nn.functional as F
from torch import nn


class Overwritten(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width, width))
        self.packed = nn.Parameter(torch.zeros(2 * width, width))
        self.out = nn.Linear(width, 3)
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.kaiming_uniform_(self.weight, nonlinearity="relu")
        with torch.no_grad():
            half = self.packed.shape[0] // 2
            nn.init.kaiming_uniform_(self.packed[:half], nonlinearity="relu")
            nn.init.kaiming_uniform_(self.packed[half:], nonlinearity="relu")

    def forward(self, x):
        x = F.relu(F.linear(x, self.weight))
        a, b = F.linear(x, self.packed).chunk(2, dim=-1)
        return self.out(F.relu(a) + b)


if __name__ == "__main__":
    Overwritten()(torch.randn(4, 32))
