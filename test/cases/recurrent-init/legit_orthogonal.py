"""Orthogonal recurrent weights, Xavier for the inputs: the usual recipe."""

import torch
from torch import nn


class Sequence(nn.Module):
    def __init__(self, inputs=32, hidden=128):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, 5)
        for name, parameter in self.lstm.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(parameter)
            elif "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, -1])


if __name__ == "__main__":
    Sequence()(torch.randn(4, 20, 32))
