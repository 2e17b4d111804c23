"""Sixteen ReLU layers as PyTorch makes them: each keeps 0.41 of what depends on the input."""

import torch
from torch import nn


class DeepRegressor(nn.Module):  # expect: default-init-deep:warning
    def __init__(self, inputs=32, width=128, depth=16):
        super().__init__()
        layers = [nn.Linear(inputs, width), nn.ReLU()]
        for _ in range(depth - 1):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    DeepRegressor()(torch.randn(4, 32))
