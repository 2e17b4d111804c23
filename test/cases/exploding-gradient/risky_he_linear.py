"""He's factor for a ReLU that is not there: √2 per layer, eighteen times."""

import torch
from torch import nn


class LinearStack(nn.Module):
    def __init__(self, width=80, depth=18):
        super().__init__()
        self.maps = nn.ModuleList([nn.Linear(width, width, bias=False) for _ in range(depth)])
        self.head = nn.Linear(width, 3)
        for layer in self.maps:
            nn.init.kaiming_normal_(layer.weight)  # expect: exploding-gradient:warning

    def forward(self, x):
        for layer in self.maps:
            x = layer(x)
        return self.head(x)


if __name__ == "__main__":
    LinearStack()(torch.randn(4, 80))
