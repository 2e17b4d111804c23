"""Vaswani's way: tokens at 1/√width, multiplied by √width before positions are added, tied."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Decoder(nn.Module):
    def __init__(self, vocabulary=1000, width=256, length=64):
        super().__init__()
        self.scale = math.sqrt(width)
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.tokens.weight, std=width**-0.5)

    def forward(self, tokens):
        positions = torch.arange(tokens.size(1), device=tokens.device)
        x = self.tokens(tokens) * self.scale + self.positions(positions)
        return F.linear(self.norm(x), self.tokens.weight)


if __name__ == "__main__":
    Decoder()(torch.randint(0, 1000, (2, 7)))
