"""Every name that PyTorch knows."""

import torch
from torch import nn


class Known(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 8)
        self.fc3 = nn.Linear(8, 8)
        nn.init.kaiming_normal_(self.conv.weight, mode="fan_out", nonlinearity="relu")
        nn.init.kaiming_normal_(self.fc1.weight, a=0.2, nonlinearity="leaky_relu")
        nn.init.xavier_normal_(self.fc2.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.kaiming_normal_(self.fc3.weight, nonlinearity="linear")
        for name in ("selu", "sigmoid", "conv2d", "conv_transpose1d"):
            nn.init.calculate_gain(name)

    def forward(self, x):
        x = torch.relu(self.conv(x)).mean((2, 3))
        x = nn.functional.leaky_relu(self.fc1(x), 0.2)
        return self.fc3(torch.tanh(self.fc2(x)))


if __name__ == "__main__":
    Known()(torch.randn(2, 3, 4, 4))
