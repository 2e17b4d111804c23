"""Orthogonal weights with the gain of tanh before leaky ReLU of slope 0.5: 1.3 per layer, twenty layers."""

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, width=64, depth=20):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.LeakyReLU(0.5)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)
        for module in self.body:
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight, gain=nn.init.calculate_gain("tanh"))  # expect: exploding-gradient:warning

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
