"""`constant_(w, 0)` and `normal_(w, 0, 0)` are zeros by other names."""

import torch
from torch import nn
from torch.nn import init


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1)
        self.fc = nn.Linear(16, 10)
        init.constant_(self.conv2.weight, 0)  # expect: zero-init:error
        init.constant_(self.conv2.bias, 0)
        init.normal_(self.conv3.weight, mean=0.0, std=0.0)  # expect: zero-init:error
        init.zeros_(self.conv3.bias)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x))
        return self.fc(x.mean(dim=(2, 3)))


if __name__ == "__main__":
    ConvNet()(torch.randn(2, 3, 8, 8))
