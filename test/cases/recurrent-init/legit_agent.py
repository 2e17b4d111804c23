"""An agent's LSTM: orthogonal by name, biases at zero, one step at a time."""

import torch
from torch import nn


class Agent(nn.Module):
    def __init__(self, observations=16, actions=4):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(observations, 64), nn.ReLU())
        self.lstm = nn.LSTM(64, 128)
        self.policy = nn.Linear(128, actions)
        for name, param in self.lstm.named_parameters():
            if "bias" in name:
                nn.init.constant_(param, 0)
            elif "weight" in name:
                nn.init.orthogonal_(param, 1.0)
        nn.init.orthogonal_(self.policy.weight, 0.01)

    def forward(self, x):
        hidden, _ = self.lstm(self.encode(x))
        return self.policy(hidden)


if __name__ == "__main__":
    Agent()(torch.randn(1, 4, 16))
