"""Tied at N(0, 1), with 1/√width in front of the head."""

import torch
import torch.nn.functional as F
from torch import nn


class Decoder(nn.Module):
    def __init__(self, vocabulary=1000, width=256):
        super().__init__()
        self.width = width
        self.tokens = nn.Embedding(vocabulary, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.norm(self.tokens(tokens)) * self.width**-0.5
        return F.linear(x, self.tokens.weight)


if __name__ == "__main__":
    Decoder()(torch.randint(0, 1000, (2, 7)))
