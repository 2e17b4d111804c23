"""Ones in norms, constants in biases, identity matrices and Dirac kernels, a fixed blur."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blur = nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False)
        self.blur.weight.data.fill_(1 / 9)
        self.blur.weight.requires_grad_(False)
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.skip = nn.Conv2d(8, 8, 3, padding=1)
        nn.init.dirac_(self.skip.weight)
        self.norm = nn.BatchNorm2d(8)
        nn.init.ones_(self.norm.weight)
        self.mix = nn.Linear(8, 8)
        nn.init.eye_(self.mix.weight)
        self.head = nn.Linear(8, 2)
        nn.init.constant_(self.stem.bias, 0.1)
        nn.init.constant_(self.head.bias, -4.6)

    def forward(self, x):
        x = torch.relu(self.norm(self.skip(torch.relu(self.stem(self.blur(x))))))
        return self.head(torch.relu(self.mix(x.mean((2, 3)))))


if __name__ == "__main__":
    Net()(torch.randn(2, 3, 8, 8))
