"""U(-1, 1) on wide layers."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(400, 400)
        self.fc2 = nn.Linear(400, 400)
        self.fc3 = nn.Linear(400, 10)
        for layer in [self.fc1, self.fc2]:
            nn.init.uniform_(layer.weight, -1.0, 1.0)  # expect: std-too-large:warning

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


if __name__ == "__main__":
    Net()(torch.randn(4, 400))
