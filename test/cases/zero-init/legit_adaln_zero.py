"""adaLN-Zero (DiT): the modulation starts at zero, so that each block starts as identity."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 3 * width))
        nn.init.constant_(self.modulation[-1].weight, 0)
        nn.init.constant_(self.modulation[-1].bias, 0)

    def forward(self, x, c):
        shift, scale, gate = self.modulation(c).chunk(3, dim=1)
        h = self.norm(x) * (1 + scale) + shift
        return x + gate * self.mlp(h)


class DiT(nn.Module):
    def __init__(self, width=48, depth=3):
        super().__init__()
        self.embed = nn.Linear(16, width)
        self.condition = nn.Linear(8, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(depth)])
        self.final = nn.Linear(width, 16)
        nn.init.zeros_(self.final.weight)

    def forward(self, x, c):
        x = self.embed(x)
        c = self.condition(c)
        for block in self.blocks:
            x = block(x, c)
        return self.final(x)


if __name__ == "__main__":
    DiT()(torch.randn(4, 16), torch.randn(4, 8))
