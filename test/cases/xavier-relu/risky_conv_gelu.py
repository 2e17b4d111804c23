"""A deep convolution stack with GELU, whose own gain is larger than ReLU's."""

import torch
from torch import nn


class ConvStack(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [nn.Conv2d(3, 32, 3, padding=1), nn.GELU()]
        for _ in range(17):
            blocks += [nn.Conv2d(32, 32, 3, padding=1), nn.GELU()]
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(32, 10)
        for m in self.features:
            if isinstance(m, nn.Conv2d):
                nn.init.xavier_normal_(m.weight)  # expect: xavier-relu:warning
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


if __name__ == "__main__":
    ConvStack()(torch.randn(2, 3, 8, 8))
