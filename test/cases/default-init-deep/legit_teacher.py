"""A frozen teacher of sixteen plain layers, loaded from a checkpoint, and a small student."""

import torch
from torch import nn


def stack(width, depth):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers)


class Distillation(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.teacher = stack(width, 16)
        self.teacher.requires_grad_(False)
        self.student = stack(width, 3)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        with torch.no_grad():
            target = self.teacher(x)
        return self.head(self.student(x)), target


if __name__ == "__main__":
    Distillation()(torch.randn(4, 32))
