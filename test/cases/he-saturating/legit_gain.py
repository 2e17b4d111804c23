"""Kaiming with tanh's own gain, Kaiming with a = sqrt(5) (PyTorch's default), a sigmoid head."""

import math

import torch
from torch import nn


class Fits(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(32, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 32)
        self.fc4 = nn.Linear(32, 32)
        nn.init.kaiming_normal_(self.fc1.weight, nonlinearity="tanh")
        nn.init.kaiming_uniform_(self.fc2.weight, a=math.sqrt(5))
        nn.init.xavier_normal_(self.fc3.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.kaiming_normal_(self.fc4.weight, nonlinearity="relu")
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        x = torch.tanh(self.fc3(x))
        x = torch.relu(self.fc4(x))
        return torch.sigmoid(self.out(x))


if __name__ == "__main__":
    Fits()(torch.randn(4, 32))
