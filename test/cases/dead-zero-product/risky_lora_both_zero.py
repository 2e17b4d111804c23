"""LoRA with A and B at zero: two zero factors in series, no gradient ever."""

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, width=32, rank=4):
        super().__init__()
        self.base = nn.Linear(width, width)
        self.base.weight.requires_grad = False
        self.lora_a = nn.Linear(width, rank, bias=False)
        self.lora_b = nn.Linear(rank, width, bias=False)
        nn.init.zeros_(self.lora_a.weight)  # expect: dead-zero-product:error
        nn.init.zeros_(self.lora_b.weight)

    def forward(self, x):
        return self.base(x) + self.lora_b(self.lora_a(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = LoRALinear()
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(torch.relu(self.first(x)))


if __name__ == "__main__":
    Net()(torch.randn(4, 32))
