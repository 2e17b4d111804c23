"""N(0, 0.02) for tokens, positions and the tied head."""

import torch
from torch import nn


class GPT(nn.Module):
    def __init__(self, vocabulary=1000, width=128, length=64):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.apply(self._init)
        self.head.weight = self.tokens.weight

    def _init(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, tokens):
        positions = torch.arange(tokens.size(1), device=tokens.device)
        return self.head(self.norm(self.tokens(tokens) + self.positions(positions)))


if __name__ == "__main__":
    GPT()(torch.randint(0, 1000, (2, 7)))
