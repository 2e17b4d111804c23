"""Small heads: a policy that starts nearly uniform, a detection head with its prior, DDPG's U(-3e-3, 3e-3)."""

import math

import torch
from torch import nn


class DetectionHead(nn.Module):
    def __init__(self, channels=256, anchors=9, classes=20, prior=0.01):
        super().__init__()
        self.conv = nn.Sequential(*[m for _ in range(4) for m in (nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU())])
        self.cls_logits = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        for layer in self.conv:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.normal_(self.cls_logits.weight, std=0.01)
        nn.init.constant_(self.cls_logits.bias, -math.log((1 - prior) / prior))

    def forward(self, x):
        return self.cls_logits(self.conv(x))


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(17, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 6)
        self.fc3.weight.data.uniform_(-3e-3, 3e-3)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return torch.tanh(self.fc3(x))


if __name__ == "__main__":
    DetectionHead()(torch.randn(1, 256, 4, 4))
    Actor()(torch.randn(4, 17))
