"""Every function of torch.nn.init, with the arguments that people give."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import init
from torch.nn.init import calculate_gain, xavier_normal_ as glorot


def matrix(rows=120, columns=80):
    return nn.Parameter(torch.empty(rows, columns))


def kernel():
    return nn.Parameter(torch.empty(32, 16, 3, 3))


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.uniform = matrix()
        nn.init.uniform_(self.uniform)
        self.uniform_bounds = matrix()
        init.uniform_(self.uniform_bounds, -0.08, b=0.08)
        self.normal = nn.Parameter(torch.empty(100, 100))
        torch.nn.init.normal_(self.normal)
        self.normal_small = matrix()
        init.normal_(self.normal_small, mean=1.0, std=0.02)
        self.constant = matrix()
        nn.init.constant_(self.constant, 0.3)
        self.ones = matrix()
        nn.init.ones_(self.ones)
        self.zeros = matrix()
        nn.init.zeros_(self.zeros)
        self.eye = matrix()
        nn.init.eye_(self.eye)
        self.dirac = kernel()
        nn.init.dirac_(self.dirac)
        self.dirac_groups = kernel()
        nn.init.dirac_(self.dirac_groups, groups=4)
        self.sparse = matrix()
        nn.init.sparse_(self.sparse, sparsity=0.9)
        self.sparse_wide = matrix(7, 300)
        nn.init.sparse_(self.sparse_wide, 0.5, std=0.1)


class Truncated(nn.Module):
    def __init__(self):
        super().__init__()
        self.default = matrix()
        nn.init.trunc_normal_(self.default)
        self.uncut = matrix()
        nn.init.trunc_normal_(self.uncut, std=0.02)
        self.two_std = matrix()
        nn.init.trunc_normal_(self.two_std, std=0.02, a=-0.04, b=0.04)
        self.shifted = matrix()
        nn.init.trunc_normal_(self.shifted, mean=0.5, std=1.0, a=0.0, b=1.5)


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.xavier_uniform = matrix()
        nn.init.xavier_uniform_(self.xavier_uniform)
        self.xavier_gain = kernel()
        nn.init.xavier_uniform_(self.xavier_gain, gain=nn.init.calculate_gain("relu"))
        self.xavier_normal = kernel()
        glorot(self.xavier_normal, gain=calculate_gain("tanh"))
        self.xavier_leaky = matrix()
        glorot(self.xavier_leaky, calculate_gain("leaky_relu", 0.2))
        self.he = matrix()
        nn.init.kaiming_uniform_(self.he)
        self.torch_default = matrix()
        nn.init.kaiming_uniform_(self.torch_default, a=math.sqrt(5))
        self.he_relu = kernel()
        nn.init.kaiming_normal_(self.he_relu, mode="fan_out", nonlinearity="relu")
        self.he_ignored_slope = kernel()
        nn.init.kaiming_normal_(self.he_ignored_slope, a=0.25, nonlinearity="relu")
        self.he_tanh = matrix()
        nn.init.kaiming_normal_(self.he_tanh, nonlinearity="tanh")
        self.he_linear = matrix()
        nn.init.kaiming_uniform_(self.he_linear, 0.1, "fan_out", "linear")
        self.he_selu = matrix()
        nn.init.kaiming_normal_(self.he_selu, nonlinearity="selu")
        self.orthogonal = matrix()
        nn.init.orthogonal_(self.orthogonal)
        self.orthogonal_wide = nn.Parameter(torch.empty(40, 20, 3))
        nn.init.orthogonal_(self.orthogonal_wide, gain=math.sqrt(2))


class Deprecated(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = matrix()
        init.xavier_uniform(self.a)
        self.b = matrix()
        init.kaiming_normal(self.b, mode="fan_out")
        self.c = matrix()
        init.constant(self.c, 2)
        self.d = matrix()
        init.orthogonal(self.d, 0.5)
        self.e = matrix()
        init.normal(self.e, 0, 0.2)


class ByHand(nn.Module):
    """Scales that are computed in the code."""

    def __init__(self, width=128):
        super().__init__()
        self.layer = nn.Linear(width, 64)
        bound = 1 / math.sqrt(self.layer.weight.size(1))
        nn.init.uniform_(self.layer.weight, -bound, bound)
        fan_in, _ = nn.init._calculate_fan_in_and_fan_out(self.layer.weight)
        nn.init.normal_(self.layer.bias, std=1 / fan_in**0.5)
        self.conv = nn.Conv2d(16, 32, 3)
        n = self.conv.kernel_size[0] * self.conv.kernel_size[1] * self.conv.out_channels
        self.conv.weight.data.normal_(0, math.sqrt(2.0 / n))
        self.conv.bias.data.zero_()
        self.viewed = nn.Linear(30, 20)
        nn.init.xavier_uniform_(self.viewed.weight.view(20, 5, 6))
        self.transposed = nn.Linear(40, 10)
        nn.init.kaiming_normal_(self.transposed.weight.t())
