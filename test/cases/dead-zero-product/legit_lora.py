"""LoRA as published: A random, B zero. B moves on the first step, A on the second."""

import torch
from torch import nn


class LowRank(nn.Module):
    def __init__(self, width=32, rank=4):
        super().__init__()
        self.a = nn.Linear(width, rank, bias=False)
        self.b = nn.Linear(rank, width, bias=False)
        nn.init.normal_(self.a.weight, std=1 / rank)
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return x + self.b(self.a(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 32)
        self.low_rank = LowRank()
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.low_rank(torch.tanh(self.stem(x))))


if __name__ == "__main__":
    Net()(torch.randn(4, 8))
