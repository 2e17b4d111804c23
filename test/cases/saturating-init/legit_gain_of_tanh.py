"""The gains that PyTorch names for tanh and sigmoid."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, width)
        self.head = nn.Linear(width, 10)
        nn.init.xavier_normal_(self.fc1.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.xavier_normal_(self.fc2.weight, gain=nn.init.calculate_gain("sigmoid"))

    def forward(self, x):
        return self.head(torch.sigmoid(self.fc2(torch.tanh(self.fc1(x)))))


if __name__ == "__main__":
    Net()(torch.randn(4, 64))
