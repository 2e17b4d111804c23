"""PyTorch's default written out: no more than a hint, as for the default itself."""

import math

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, inputs=16, hidden=48):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 5)
        bound = 1.0 / math.sqrt(hidden)
        for parameter in self.lstm.parameters():
            nn.init.uniform_(parameter, -bound, bound)  # expect: recurrent-init:hint

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output)


if __name__ == "__main__":
    Tagger()(torch.randn(4, 20, 16))
