"""N(0, 0.01) in a plain recurrent net: ten steps back nothing is left."""

import torch
from torch import nn


class Sequence(nn.Module):
    def __init__(self, inputs=32, hidden=128):
        super().__init__()
        self.rnn = nn.RNN(inputs, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 5)
        nn.init.normal_(self.rnn.weight_hh_l0, std=0.01)  # expect: recurrent-init:warning

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])


if __name__ == "__main__":
    Sequence()(torch.randn(4, 20, 32))
