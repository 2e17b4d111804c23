"""Every matrix of an LSTM at N(0, 0.02), the recurrent ones too."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, inputs=40, hidden=256):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(hidden, 5)
        for name, parameter in self.lstm.named_parameters():
            if "weight_hh" in name:
                nn.init.normal_(parameter, 0.0, 0.02)  # expect: recurrent-init:information

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, -1])


if __name__ == "__main__":
    Encoder()(torch.randn(4, 20, 40))
