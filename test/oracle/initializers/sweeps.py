"""Initialization of many modules at once."""

import math
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        m.bias.data.fill_(0.01)
    elif isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(m.weight, 0.0, 0.02)
        if m.bias is not None:
            nn.init.constant_(m.bias, 0)
    elif type(m) == nn.BatchNorm2d:
        m.weight.data.normal_(1.0, 0.02)
        m.bias.data.fill_(0)


def by_class_name(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        m.weight.data.normal_(0.0, 0.02)
    elif classname.find("BatchNorm") != -1:
        m.weight.data.normal_(1.0, 0.02)
        m.bias.data.fill_(0)


def body():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 24, 3), nn.Flatten(), nn.Linear(24, 40)
    )


class Applied(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = body()
        self.apply(init_weights)


class ByName(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = body()
        self.net.apply(by_class_name)


class Method(nn.Module):
    def __init__(self, std=0.05):
        super().__init__()
        self.std = std
        self.net = body()
        self.table = nn.Embedding(60, 20, padding_idx=3)
        self.norm = nn.LayerNorm(20)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(mean=0.0, std=self.std)
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight.data[module.padding_idx].zero_()
        if isinstance(module, nn.Linear) and module.bias is not None:
            module.bias.data.zero_()
        elif isinstance(module, nn.LayerNorm):
            module.bias.data.zero_()
            module.weight.data.fill_(1.5)


class Loops(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = body()
        self.head = nn.Linear(40, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                init_range = 1.0 / math.sqrt(m.out_features)
                nn.init.uniform_(m.weight, -init_range, init_range)
                nn.init.zeros_(m.bias)
        nn.init.zeros_(self.head.weight)


class NamedLoops(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(20, 30, num_layers=2)
        self.out = nn.Linear(30, 5)
        for name, param in self.named_parameters():
            if "bias" in name:
                nn.init.constant_(param, 0.0)
            elif "weight_hh" in name:
                nn.init.orthogonal_(param)
            elif name.endswith("weight") or param.dim() > 1:
                nn.init.xavier_normal_(param)


class ForgetGate(nn.Module):
    def __init__(self, hidden=25):
        super().__init__()
        self.lstm = nn.LSTM(10, hidden)
        for names in self.lstm._all_weights:
            for name in filter(lambda n: "bias" in n, names):
                bias = getattr(self.lstm, name)
                n = bias.size(0)
                bias.data[n // 4 : n // 2].fill_(1.0)


class Dimensions(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = body()
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)
            else:
                nn.init.uniform_(p, -0.1, 0.1)


class Children(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(20, 20) for _ in range(3)])
        self.reset_parameters()

    def reset_parameters(self):
        for i, layer in enumerate(self.layers):
            nn.init.normal_(layer.weight, std=0.1 * (i + 1))
            layer.bias.data.zero_()
        for layer in list(self.children())[0][:1]:
            nn.init.ones_(layer.bias)


class Partial(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = body()
        self.apply(partial(self.init, gain=0.5))

    @staticmethod
    def init(m, gain=1.0):
        if hasattr(m, "weight") and m.weight.dim() > 1:
            nn.init.orthogonal_(m.weight, gain=gain)
        if getattr(m, "bias", None) is not None:
            nn.init.zeros_(m.bias)


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.build()
        self.post_init()

    def build(self):
        self.first = nn.Linear(40, 50)

    def post_init(self):
        self.apply(lambda m: self._init(m))

    def _init(self, m):
        if isinstance(m, nn.Linear):
            m.weight.data.normal_(std=0.02)


class Derived(Base):
    def __init__(self, extra=60):
        super().__init__()
        self.second = nn.Linear(50, extra)
        nn.init.constant_(self.second.bias, -4.59)

    def build(self):
        super().build()
        self.inner = nn.Linear(50, 50)

    def _init(self, m):
        super()._init(m)
        if isinstance(m, nn.Linear) and m.bias is not None:
            nn.init.uniform_(m.bias, -1, 1)


class OwnReset(nn.Linear):
    def reset_parameters(self):
        bound = 2 / math.sqrt(self.in_features)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.constant_(self.bias, 0.5)


def layer_init(layer, std=math.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(
            layer_init(nn.Linear(24, 64)), nn.Tanh(), layer_init(nn.Linear(64, 64)), nn.Tanh(), layer_init(nn.Linear(64, 1), std=1.0)
        )
        self.own = OwnReset(20, 30)
        self.logstd = nn.Parameter(torch.zeros(1, 6))


def build(depth=2):
    net = nn.Sequential()
    for i in range(depth):
        net.add_module("fc%d" % i, nn.Linear(16, 16))
        net.add_module(f"act{i}", nn.ReLU())
    for m in net:
        if isinstance(m, nn.Linear):
            nn.init.kaiming_uniform_(m.weight, nonlinearity="relu")
    return net


net = build(3)
