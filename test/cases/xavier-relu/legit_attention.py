"""Xavier on attention projections and on the end of a residual branch: nothing rectifies what they put out."""

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.project = nn.Linear(width, width)
        for layer in (self.query, self.key, self.value, self.project):
            nn.init.xavier_uniform_(layer.weight)

    def forward(self, x):
        h = self.norm(x)
        scores = self.query(h) @ self.key(h).transpose(-2, -1) / 32**0.5
        return x + self.project(torch.softmax(scores, dim=-1) @ self.value(h))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block(), Block())
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.blocks(x).mean(1))


if __name__ == "__main__":
    Net()(torch.randn(2, 6, 32))
