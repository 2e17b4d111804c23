"""Twenty ReLU layers without normalization, initialized with Xavier: each layer keeps half of the variance."""

import torch
from torch import nn


class DeepPlainNet(nn.Module):
    def __init__(self, in_features=64, width=128, depth=20, num_classes=10):
        super().__init__()
        layers = [nn.Linear(in_features, width), nn.ReLU()]
        for _ in range(depth - 2):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(width, num_classes)
        self.apply(self._init_weights)

    @staticmethod
    def _init_weights(module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_normal_(module.weight)
            nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.head(self.features(x))


if __name__ == "__main__":
    model = DeepPlainNet()
    print(model(torch.randn(32, 64)).std())
