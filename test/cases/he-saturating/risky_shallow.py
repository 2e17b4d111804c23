"""One tanh layer and one sigmoid layer: worth a hint."""

import torch
from torch import nn


class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(32, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 1)
        nn.init.kaiming_uniform_(self.fc1.weight, nonlinearity='relu')  # expect: he-saturating:hint
        nn.init.kaiming_uniform_(self.fc2.weight)  # expect: he-saturating:hint

    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)


if __name__ == "__main__":
    Shallow()(torch.randn(4, 32))
