"""Biases, norms, tokens, positions, masks and padding rows may all be zero."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocabulary=100, width=32, length=10):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=0)
        self.embedding.weight.data[0].zero_()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, length + 1, width))
        self.register_buffer("mask", torch.zeros(length + 1, length + 1))
        self.norm = nn.LayerNorm(width)
        nn.init.zeros_(self.norm.bias)
        self.fc1 = nn.Linear(width, 64)
        self.fc2 = nn.Linear(64, width)
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.zeros_(m.bias)
        self.head = nn.Linear(width, 3)

    def forward(self, tokens):
        x = self.embedding(tokens)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1) + self.positions
        x = x + self.fc2(torch.relu(self.fc1(self.norm(x))))
        return self.head(x[:, 0])


if __name__ == "__main__":
    Encoder()(torch.randint(0, 100, (2, 10)))
