"""The same by the user's own hand, in a sweep over all embeddings."""

import torch
import torch.nn.functional as F
from torch import nn


class Decoder(nn.Module):
    def __init__(self, vocabulary=1000, width=128):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.norm = nn.LayerNorm(width)
        self.apply(self._init)

    def _init(self, module):
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.8)  # expect: embedding-scale:warning

    def forward(self, tokens):
        return F.linear(self.norm(self.tokens(tokens)), self.tokens.weight)


if __name__ == "__main__":
    Decoder()(torch.randint(0, 1000, (2, 7)))
