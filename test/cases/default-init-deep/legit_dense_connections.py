"""Dense connections: every layer still sees the first one's features."""

import torch
from torch import nn


class DenselyConnected(nn.Module):
    def __init__(self, width=32, growth=16, depth=14):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width + i * growth, growth) for i in range(depth)])
        self.head = nn.Linear(width + depth * growth, 2)

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(torch.relu(layer(torch.cat(features, dim=1))))
        return self.head(torch.cat(features, dim=1))


if __name__ == "__main__":
    DenselyConnected()(torch.randn(4, 32))
