"""A cosine classifier: rows and features have length one, 30 times their product is at most 30 and near zero at first."""

import torch
import torch.nn.functional as F
from torch import nn


class Cosine(nn.Module):
    def __init__(self, inputs=32, width=128, classes=20):
        super().__init__()
        self.body = nn.Linear(inputs, width)
        self.weight = nn.Parameter(torch.empty(classes, width))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return 30.0 * F.linear(F.normalize(self.body(x)), F.normalize(self.weight))


if __name__ == "__main__":
    Cosine()(torch.randn(4, 32))
