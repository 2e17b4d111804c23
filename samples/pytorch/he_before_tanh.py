"""He's variance is made for ReLU; tanh wants Xavier with its own gain."""

import torch
from torch import nn
from torch.nn import init


class HeBeforeTanh(nn.Module):
    def __init__(self, width=256, depth=12):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        for layer in self.layers:
            init.kaiming_normal_(layer.weight, nonlinearity="relu")
            init.zeros_(layer.bias)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


class XavierBeforeTanh(HeBeforeTanh):
    """The sound one: the last writer wins."""

    def __init__(self, width=256, depth=12):
        super().__init__(width, depth)
        for layer in self.layers:
            init.xavier_normal_(layer.weight, gain=init.calculate_gain("tanh"))
