"""Tokens from N(0, 1), positions at 0.02: fifty to one."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocabulary=500, width=64, length=128):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)  # expect: embedding-scale:information
        self.positions = nn.Parameter(torch.randn(1, length, width) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 3)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions[:, : tokens.size(1)]
        return self.head(self.norm(x).mean(1))


if __name__ == "__main__":
    Encoder()(torch.randint(0, 500, (2, 7)))
