"""`fill_` over all modules, tanh between."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(10, 20)
        self.second = nn.Linear(20, 20)
        self.out = nn.Linear(20, 2)
        for layer in (self.first, self.second, self.out):
            layer.weight.data.fill_(0.05)  # expect: constant-init:error
            layer.bias.data.zero_()

    def forward(self, x):
        x = torch.tanh(self.first(x))
        x = torch.tanh(self.second(x))
        return self.out(x)


if __name__ == "__main__":
    Net()(torch.randn(2, 10))
