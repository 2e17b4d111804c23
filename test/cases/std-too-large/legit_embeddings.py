"""Embeddings, queries and positions may have a standard deviation of 1: nothing sums them up."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocabulary=1000, width=64):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=1.0)
        self.positions = nn.Parameter(torch.randn(1, 16, width))
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 5)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.positions
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)
        return self.fc(self.norm(x)[:, 0])


if __name__ == "__main__":
    Encoder()(torch.randint(0, 1000, (2, 16)))
