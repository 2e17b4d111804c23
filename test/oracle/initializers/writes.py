"""Values written through tensors: data, slices, copies, arithmetic."""

import numpy as np
import torch
from torch import nn


class Data(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(50, 60)
        self.a.weight.data.normal_(0, 0.01)
        self.a.bias.data.fill_(0.1)
        self.b = nn.Linear(50, 60)
        self.b.weight.data.uniform_(-0.1, 0.1)
        self.b.bias.data.zero_()
        self.c = nn.Linear(50, 60)
        with torch.no_grad():
            self.c.weight.normal_(std=0.5)
            self.c.bias.copy_(torch.ones(60) * 3)
        self.d = nn.Linear(50, 60)
        self.d.weight.data = torch.randn(60, 50) * 0.3
        self.d.bias.data = torch.zeros(60)
        self.e = nn.Linear(50, 60)
        self.e.weight.data.mul_(0.5)
        self.e.bias.data.add_(2.0)
        self.f = nn.Linear(50, 60)
        nn.init.xavier_normal_(self.f.weight.data).mul_(0.1)
        self.g = nn.Linear(50, 60)
        self.g.weight.data *= 3


class Allocated(nn.Module):
    def __init__(self, n=80, m=70):
        super().__init__()
        self.randn = nn.Parameter(torch.randn(n, m) * 0.02)
        self.rand = nn.Parameter(torch.rand(n, m))
        self.symmetric = nn.Parameter((2 * torch.rand(n, m) - 1) / 4)
        self.zeros = nn.Parameter(torch.zeros(n, m))
        self.ones = nn.Parameter(torch.ones(1, 1, m), requires_grad=True)
        self.full = nn.Parameter(torch.full((n,), 0.7))
        self.filled = nn.Parameter(1e-6 * torch.ones(m))
        self.eye = nn.Parameter(torch.eye(n, m))
        self.numbers = nn.Parameter(torch.tensor([1.0, 2.0, 3.0, 6.0]))
        self.spaced = nn.Parameter(torch.linspace(0, 1, 101))
        self.counted = nn.Parameter(torch.arange(10, 50, 2).float())
        self.drawn = nn.Parameter(torch.normal(0.0, 0.5, size=(n, m)))
        self.old = nn.Parameter(torch.FloatTensor(n, m).uniform_(-0.5, 0.5))
        self.older = nn.Parameter(torch.Tensor(n, m))
        self.older.data.normal_(0, 2)
        self.sum = nn.Parameter(torch.randn(n, m) + torch.randn(n, m))
        self.shifted = nn.Parameter(torch.zeros(n) - 4.0)
        self.copied = nn.Parameter(self.randn.detach().clone() * 10)
        self.like = nn.Parameter(torch.randn_like(self.randn) / 5)
        self.register_parameter("registered", nn.Parameter(torch.zeros(3)))
        self.register_parameter("nothing", None)
        self.register_buffer("buffer", torch.ones(4))
        self.scale = nn.Parameter(torch.tensor(0.5))
        self.normed = nn.Parameter(torch.randn(n, m) / m**0.5)
        self.powered = nn.Parameter(torch.ones(m) * np.log(10.0))


class Registered(nn.Module):
    """The order is that of registration."""

    def __init__(self):
        super().__init__()
        self.late = None
        self.first = nn.Linear(3, 4)
        self.scale = nn.Parameter(torch.ones(2))
        self.late = nn.Linear(4, 5)
        self.first = nn.Linear(7, 8)
        self.add_module("added", nn.Conv1d(1, 2, 3))
        for i in range(3):
            setattr(self, f"layer{i}", nn.Linear(i + 1, i + 2))
        self.register_parameter("weight", None)
        self.offset = nn.Parameter(torch.zeros(1))
        self.weight = nn.Parameter(torch.ones(5))
        self.gone = nn.Linear(2, 2)
        del self.gone


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(300, 24)
        self.body = nn.Linear(24, 24)
        self.head = nn.Linear(24, 300, bias=False)
        self.head.weight = self.embed.weight
        self.again = self.body
        nn.init.normal_(self.head.weight, std=0.02)


class Copied(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(30, 40)
        nn.init.normal_(self.net.weight, std=0.3)
        self.target = nn.Linear(30, 40)
        self.target.load_state_dict(self.net.state_dict())
        self.shadow = nn.Linear(30, 40)
        for p, q in zip(self.shadow.parameters(), self.net.parameters()):
            p.data.copy_(q.data)
            p.requires_grad = False
