"""Sound: zeros that are meant. One zero factor of a product wakes up after one step; a zero head only starts flat."""

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, in_features, out_features, rank=4):
        super().__init__()
        self.base = nn.Linear(in_features, out_features)
        self.lora_a = nn.Linear(in_features, rank, bias=False)
        self.lora_b = nn.Linear(rank, out_features, bias=False)
        nn.init.kaiming_uniform_(self.lora_a.weight, a=5 ** 0.5)
        nn.init.zeros_(self.lora_b.weight)

    def forward(self, x):
        return self.base(x) + self.lora_b(self.lora_a(x))


class AdapterNet(nn.Module):
    def __init__(self, width=64, num_classes=10):
        super().__init__()
        self.first = LoRALinear(width, width)
        self.second = LoRALinear(width, width)
        self.gate = nn.Parameter(torch.zeros(1))
        self.branch = nn.Linear(width, width)
        self.head = nn.Linear(width, num_classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(x))
        x = x + self.gate * self.branch(x)
        return self.head(x)
