"""Three tables at N(0, 0.02), a padding row of zeros, a normalization, a head that is tied through a transform."""

import torch
from torch import nn


class Embeddings(nn.Module):
    def __init__(self, vocabulary, width, length):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width, padding_idx=0)
        self.positions = nn.Embedding(length, width)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens):
        positions = torch.arange(tokens.size(1), device=tokens.device)
        types = torch.zeros_like(tokens)
        return self.norm(self.words(tokens) + self.positions(positions) + self.types(types))


class Model(nn.Module):
    def __init__(self, vocabulary=600, width=64, length=32):
        super().__init__()
        self.embeddings = Embeddings(vocabulary, width, length)
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.decoder = nn.Linear(width, vocabulary)
        self.apply(self._init_weights)
        self.decoder.weight = self.embeddings.words.weight

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(mean=0.0, std=0.02)
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            module.weight.data[module.padding_idx].zero_()
        if isinstance(module, nn.Linear) and module.bias is not None:
            module.bias.data.zero_()

    def forward(self, tokens):
        return self.decoder(self.transform(self.embeddings(tokens)))


if __name__ == "__main__":
    Model()(torch.randint(0, 600, (2, 7)))
