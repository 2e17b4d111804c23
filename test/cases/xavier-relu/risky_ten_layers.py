"""Ten layers: worth saying, not yet harmful."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.init import xavier_normal_


class Ten(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(96, 96) for _ in range(10))
        self.out = nn.Linear(96, 4)
        for layer in self.layers:
            xavier_normal_(layer.weight)  # expect: xavier-relu:information
            layer.bias.data.zero_()

    def forward(self, x):
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.1)
        return self.out(x)


if __name__ == "__main__":
    Ten()(torch.randn(4, 96))
