"""A frozen layer is not trained; what a checkpoint overwrites is no initialization."""

import torch
from torch import nn


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 32)
        self.fixed = nn.Linear(32, 32)
        nn.init.zeros_(self.fixed.weight)
        for p in self.fixed.parameters():
            p.requires_grad = False
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return self.head(x + torch.relu(self.fixed(x)))


class Loaded(nn.Module):
    def __init__(self, checkpoint=None):
        super().__init__()
        self.fc1 = nn.Linear(16, 32)
        nn.init.zeros_(self.fc1.weight)
        self.head = nn.Linear(32, 4)
        if checkpoint is not None:
            self.load_state_dict(torch.load(checkpoint))

    def forward(self, x):
        return self.head(torch.relu(self.fc1(x)))


model = Loaded("weights.pt") if __name__ == "never" else None

if __name__ == "__main__":
    Frozen()(torch.randn(4, 16))
