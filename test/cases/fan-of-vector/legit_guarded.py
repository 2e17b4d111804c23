"""The usual guard, and a sweep that only takes weights of linear layers."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 16)
        self.norm = nn.LayerNorm(16)
        self.fc2 = nn.Linear(16, 2)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)
        for name, p in self.named_parameters():
            if name.endswith(".bias"):
                nn.init.zeros_(p)

    def forward(self, x):
        return self.fc2(torch.tanh(self.norm(self.fc1(x))))


if __name__ == "__main__":
    Net()(torch.randn(2, 16))
