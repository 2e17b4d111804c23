"""adaLN-zero: the modulation starts at zero, what it multiplies does not."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.modulation = nn.Linear(width, 3 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x, condition):
        shift, scale, gate = self.modulation(torch.nn.functional.silu(condition)).chunk(3, dim=-1)
        return x + gate * self.mlp(self.norm(x) * (1 + scale) + shift)


class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Linear(8, width)
        self.condition = nn.Linear(4, width)
        self.block = Block(width)
        self.head = nn.Linear(width, 8)

    def forward(self, x, condition):
        return self.head(self.block(self.stem(x), self.condition(condition)))


if __name__ == "__main__":
    Net()(torch.randn(4, 8), torch.randn(4, 4))
