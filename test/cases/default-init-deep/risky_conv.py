"""A VGG-like stack without normalization whose author forgot the initialization."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class PlainConvNet(nn.Module):  # expect: default-init-deep:warning
    def __init__(self, classes=10):
        super().__init__()
        widths = [3, 32, 32, 64, 64, 64, 128, 128, 128, 256, 256]
        self.convs = nn.ModuleList(
            [nn.Conv2d(before, after, 3, padding=1) for before, after in zip(widths[:-1], widths[1:])]
        )
        self.fc = nn.Linear(256, classes)

    def forward(self, x):
        for index, conv in enumerate(self.convs):
            x = F.relu(conv(x))
            if index % 3 == 2:
                x = F.max_pool2d(x, 2)
        return self.fc(x.mean(dim=(2, 3)))


if __name__ == "__main__":
    PlainConvNet()(torch.randn(2, 3, 32, 32))
