"""`uniform_()` without bounds draws from U(0, 1), and the sigmoid saturates."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, inputs=784, hidden=256):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, 10)
        nn.init.uniform_(self.fc1.weight)  # expect: biased-weights:warning

    def forward(self, x):
        return self.fc2(torch.sigmoid(self.fc1(x)))


if __name__ == "__main__":
    Classifier()(torch.randn(4, 784))
