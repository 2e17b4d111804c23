"""Names that PyTorch has no gain for."""

import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        nn.init.kaiming_normal_(self.up.weight, nonlinearity='gelu')  # expect: unsupported-nonlinearity:error
        nn.init.kaiming_uniform_(self.down.weight, a=0, mode='fan_in', nonlinearity="leakyrelu")  # expect: unsupported-nonlinearity:error

    def forward(self, x):
        return nn.functional.leaky_relu(self.down(nn.functional.gelu(self.up(x))))


if __name__ == "__main__":
    Block()(torch.randn(2, 32))
