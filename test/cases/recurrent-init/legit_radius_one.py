"""A normal distribution of spectral radius 1."""

import math

import torch
from torch import nn


class Sequence(nn.Module):
    def __init__(self, inputs=32, hidden=100):
        super().__init__()
        self.rnn = nn.RNN(inputs, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 5)
        nn.init.normal_(self.rnn.weight_hh_l0, std=1 / math.sqrt(hidden))

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])


if __name__ == "__main__":
    Sequence()(torch.randn(4, 20, 32))
