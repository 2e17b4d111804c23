"""Ones everywhere: every unit of a layer computes the same number and gets the same gradient, for ever."""

import torch
from torch import nn


class ConstantUnits(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(16, 64)
        self.out = nn.Linear(64, 10)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                module.weight.data.fill_(1.0)
                module.bias.data.zero_()

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))
