"""`normal_` without arguments draws with std 1."""

import torch
from torch import nn


class Wide(nn.Module):
    def __init__(self, width=512):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(128, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)
        )
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight)  # expect: std-too-large:warning

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    Wide()(torch.randn(4, 128))
