"""Twenty ReLU layers without normalization: Xavier loses half of the variance in each."""

import torch
from torch import nn


class DeepPlain(nn.Module):
    def __init__(self, width=128, depth=20):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)  # expect: xavier-relu:warning
            nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.head(self.features(x))


if __name__ == "__main__":
    DeepPlain()(torch.randn(4, 128))
