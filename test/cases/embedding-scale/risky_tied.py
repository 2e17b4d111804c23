"""nn.Embedding draws from N(0, 1); tied to the output layer it makes logits of size √width."""

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary=2000, width=256):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)  # expect: embedding-scale:warning
        self.mix = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, tokens):
        x = self.tokens(tokens)
        x = x + torch.tanh(self.mix(x))
        return self.head(self.norm(x))


if __name__ == "__main__":
    LanguageModel()(torch.randint(0, 2000, (2, 7)))
