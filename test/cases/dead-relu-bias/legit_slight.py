"""A bias of -0.1 makes units a little sparser, and leaky ReLU is never shut."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc1 = nn.Linear(32, width)
        self.fc2 = nn.Linear(width, width)
        self.fc3 = nn.Linear(width, 10)
        nn.init.constant_(self.fc1.bias, -0.1)
        nn.init.constant_(self.fc2.bias, -3.0)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return self.fc3(nn.functional.leaky_relu(self.fc2(x), 0.1))


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
