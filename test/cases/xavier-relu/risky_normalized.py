"""Every convolution is followed by a norm: the scale is set anew in each layer."""

import torch
from torch import nn


class Normalized(nn.Module):
    def __init__(self, depth=16):
        super().__init__()
        layers = []
        channels = 3
        for _ in range(depth):
            layers += [nn.Conv2d(channels, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(inplace=True)]
            channels = 24
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(24, 10)
        self.apply(init_cnn)

    def forward(self, x):
        return self.fc(self.features(x).mean((2, 3)))


def init_cnn(module):
    if type(module) in (nn.Linear, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)  # expect: xavier-relu:hint


if __name__ == "__main__":
    Normalized()(torch.randn(2, 3, 8, 8))
