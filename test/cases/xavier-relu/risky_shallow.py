"""One hidden layer: a mismatch that costs nothing."""

import torch
from torch import nn


class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(128, 128)
        self.fc2 = nn.Linear(128, 10)
        nn.init.xavier_uniform_(self.fc1.weight)  # expect: xavier-relu:hint
        nn.init.xavier_uniform_(self.fc2.weight)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


if __name__ == "__main__":
    Shallow()(torch.randn(4, 128))
