"""PyTorch's default for a GRU: no fault, and worth knowing before sequences get long."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, inputs=16, hidden=64):
        super().__init__()
        self.gru = nn.GRU(inputs, hidden)  # expect: recurrent-init:hint
        self.head = nn.Linear(hidden, 5)

    def forward(self, x):
        output, _ = self.gru(x)
        return self.head(output)


if __name__ == "__main__":
    Tagger()(torch.randn(20, 4, 16))
