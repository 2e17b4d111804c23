"""A U-Net as first published, without normalization: the upper levels bypass the lower ones."""

import torch
import torch.nn.functional as F
from torch import nn


def double(before, after):
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.Conv2d(after, after, 3, padding=1), nn.ReLU()
    )


class UNet(nn.Module):
    def __init__(self, width=16, levels=4):
        super().__init__()
        widths = [width * 2**i for i in range(levels + 1)]
        self.down = nn.ModuleList([double(3 if i == 0 else widths[i - 1], widths[i]) for i in range(levels + 1)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in range(levels)])
        self.merge = nn.ModuleList([double(2 * widths[i], widths[i]) for i in range(levels)])
        self.head = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        kept = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level > 0 else x)
            kept.append(x)
        for level in reversed(range(len(self.up))):
            x = self.merge[level](torch.cat([kept[level], self.up[level](x)], dim=1))
        return self.head(x)


if __name__ == "__main__":
    UNet()(torch.randn(1, 3, 32, 32))
