"""A radiance field's eight ReLU layers: the coordinates come in again in the middle."""

import torch
import torch.nn.functional as F
from torch import nn


class RadianceField(nn.Module):
    def __init__(self, inputs=63, width=256, depth=8, again=4):
        super().__init__()
        self.again = again
        self.layers = nn.ModuleList(
            [nn.Linear(inputs if i == 0 else width + inputs if i == again + 1 else width, width) for i in range(depth)]
        )
        self.density = nn.Linear(width, 1)
        self.colour = nn.Linear(width, 3)

    def forward(self, x):
        h = x
        for i, layer in enumerate(self.layers):
            h = F.relu(layer(h))
            if i == self.again:
                h = torch.cat([x, h], dim=-1)
        return torch.cat([torch.sigmoid(self.colour(h)), F.relu(self.density(h))], dim=-1)


if __name__ == "__main__":
    RadianceField()(torch.randn(4, 63))
