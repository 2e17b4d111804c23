"""A bias, and an attention vector of one's own."""

import torch
from torch import nn
from torch.nn import init


class Pool(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.score = nn.Parameter(torch.empty(width))
        self.out = nn.Linear(width, 3)
        init.xavier_uniform_(self.fc.weight)
        init.xavier_uniform_(self.fc.bias)  # expect: fan-of-vector:error
        init.xavier_normal_(self.score)  # expect: fan-of-vector:error

    def forward(self, x):
        h = torch.tanh(self.fc(x))
        weights = torch.softmax((h * self.score).sum(-1), dim=-1)
        return self.out((weights.unsqueeze(-1) * h).sum(1))


if __name__ == "__main__":
    Pool()(torch.randn(2, 5, 64))
