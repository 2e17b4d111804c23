"""Positions that start at zero, a class token, and patches instead of tokens."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocabulary=500, width=64, length=32):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.zeros(1, length, width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 3)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions[:, : tokens.size(1)]
        return self.head(self.norm(x).mean(1))


if __name__ == "__main__":
    Encoder()(torch.randint(0, 500, (2, 7)))
