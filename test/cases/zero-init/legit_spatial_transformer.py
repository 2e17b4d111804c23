"""The localization head of a spatial transformer starts at the identity transform."""

import torch
import torch.nn.functional as F
from torch import nn


class STN(nn.Module):
    def __init__(self):
        super().__init__()
        self.localization = nn.Sequential(nn.Conv2d(1, 8, 7), nn.MaxPool2d(2, stride=2), nn.ReLU())
        self.fc_loc = nn.Sequential(nn.Linear(8 * 11 * 11, 32), nn.ReLU(), nn.Linear(32, 6))
        self.fc_loc[2].weight.data.zero_()
        self.fc_loc[2].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))
        self.conv = nn.Conv2d(1, 10, 5)
        self.fc = nn.Linear(10, 10)

    def forward(self, x):
        theta = self.fc_loc(self.localization(x).view(-1, 8 * 11 * 11)).view(-1, 2, 3)
        grid = F.affine_grid(theta, x.size(), align_corners=False)
        x = F.grid_sample(x, grid, align_corners=False)
        return self.fc(F.relu(self.conv(x)).mean((2, 3)))


if __name__ == "__main__":
    STN()(torch.randn(2, 1, 28, 28))
