"""Tensors of which parts are written: by slices, rows, views, and in place."""

import torch
from torch import nn


class ForgetGate(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(16, hidden, num_layers=2, bidirectional=True)
        for name, p in self.lstm.named_parameters():
            if "bias" in name:
                p.data.zero_()
                n = p.size(0)
                p.data[n // 4 : n // 2].fill_(1)


class Blocks(nn.Module):
    """A packed projection of which every third is drawn by itself."""

    def __init__(self, width=48):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        q, k, v = self.qkv.weight.chunk(3)
        nn.init.normal_(q, std=0.5)
        nn.init.normal_(k, std=0.1)
        nn.init.zeros_(v)
        with torch.no_grad():
            self.qkv.bias[:width] = 2.0
            self.qkv.bias[width:].zero_()


class Overlapping(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(40, 60))
        with torch.no_grad():
            self.w[10:30, 20:40] = 3.0
            self.w[0] = -1.0
            self.w[:, 0].fill_(7.0)
            self.w.t()[50:].fill_(2.0)
            self.w[-5:].mul_(0.5)


class PaddedSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.few = nn.Embedding(5, 400, padding_idx=0)
        self.last = nn.Embedding(5, 400, padding_idx=-1)
        nn.init.normal_(self.last.weight, std=0.02)
        self.last.weight.data[self.last.padding_idx].zero_()


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(50, 60)
        with torch.no_grad():
            self.a.weight *= 0.5
            self.a.bias += 1
            self.a.bias /= 4
        self.b = nn.Linear(50, 60)
        with torch.no_grad():
            self.b.weight -= 0.25
            self.b.weight[:30] *= 2
