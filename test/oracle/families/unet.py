"""U-Nets: down by pooling, up by interpolation or transposed convolution, skips by concatenation. One map per class; squared error."""

import torch
import torch.nn.functional as F
from cnn import norm_of
from parts import activation, initialize
from torch import nn


def double(before, after, norm, fn):
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1),
        norm_of(norm, after),
        activation(fn),
        nn.Conv2d(after, after, 3, padding=1),
        norm_of(norm, after),
        activation(fn),
    )


class Up(nn.Module):
    def __init__(self, before, after, up, norm, fn):
        super().__init__()
        self.mode = up
        if up == "transposed":
            self.up = nn.ConvTranspose2d(before, after, 2, stride=2)
        elif up == "overlapping":
            self.up = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1)
        else:
            self.reduce = nn.Conv2d(before, after, 1)
            if up == "bilinear":
                self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.conv = double(2 * after, after, norm, fn)

    def forward(self, x, skip):
        if self.mode == "interpolate":
            x = F.interpolate(self.reduce(x), size=skip.shape[2:], mode="nearest")
        elif self.mode == "bilinear":
            x = self.up(self.reduce(x))
        else:
            x = self.up(x)
        return self.conv(torch.cat([skip, x], dim=1))


class UNet(nn.Module):
    def __init__(self, depth=2, width=16, up="transposed", norm="batch", fn="relu", scheme="default", maps=3):
        super().__init__()
        self.stem = double(3, width, norm, fn)
        self.down = nn.ModuleList([double(width * 2**i, width * 2 ** (i + 1), norm, fn) for i in range(depth)])
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(
            [Up(width * 2 ** (i + 1), width * 2**i, up, norm, fn) for i in reversed(range(depth))]
        )
        self.head = nn.Conv2d(width, maps, 1)
        initialize(self, scheme)

    def forward(self, x):
        x = self.stem(x)
        skips = []
        for stage in self.down:
            skips.append(x)
            x = stage(self.pool(x))
        for stage in self.up:
            x = stage(x, skips.pop())
        return self.head(x)
