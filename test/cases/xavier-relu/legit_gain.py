"""Xavier with ReLU's gain, Xavier before tanh, He before ReLU: all fit."""

import torch
from torch import nn


class Fits(nn.Module):
    def __init__(self, depth=12):
        super().__init__()
        self.relu_layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(depth))
        self.tanh_layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(3))
        self.he_layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(depth))
        for layer in self.relu_layers:
            nn.init.xavier_normal_(layer.weight, gain=nn.init.calculate_gain("relu"))
        for layer in self.tanh_layers:
            nn.init.xavier_normal_(layer.weight)
        for layer in self.he_layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.out = nn.Linear(64, 8)
        nn.init.xavier_uniform_(self.out.weight)

    def forward(self, x):
        for layer in self.relu_layers:
            x = torch.relu(layer(x))
        for layer in self.tanh_layers:
            x = torch.tanh(layer(x))
        for layer in self.he_layers:
            x = torch.relu(layer(x))
        return self.out(x)


if __name__ == "__main__":
    Fits()(torch.randn(4, 64))
