"""Weights of one's own with a plain matrix product; the inputs are the first axis, which PyTorch takes for fan-out."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(784, 256))  # expect: std-too-large:warning
        self.b1 = nn.Parameter(torch.zeros(256))
        self.w2 = nn.Parameter(torch.randn(256, 10))  # expect: std-too-large:warning

    def forward(self, x):
        return torch.matmul(torch.relu(x @ self.w1 + self.b1), self.w2)


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(784, 256) * (2 / 784) ** 0.5)
        self.w2 = nn.Parameter(torch.randn(256, 10) * 0.01)

    def forward(self, x):
        return torch.relu(x @ self.w1) @ self.w2


if __name__ == "__main__":
    Net()(torch.randn(4, 784))
    Scaled()(torch.randn(4, 784))
