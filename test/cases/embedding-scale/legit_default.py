"""N(0, 1) for tokens and positions, and a head of its own."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, vocabulary=1000, width=64, length=64):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width, padding_idx=0)
        self.positions = nn.Embedding(length, width)
        self.head = nn.Linear(width, 4)

    def forward(self, tokens):
        positions = torch.arange(tokens.size(1), device=tokens.device)
        return self.head((self.tokens(tokens) + self.positions(positions)).mean(1))


if __name__ == "__main__":
    Classifier()(torch.randint(0, 1000, (2, 7)))
