"""What the families share: activations by name, and initializers by name, written as people write them."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Written(nn.Module):
    """An activation that is written out."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def forward(self, x):
        if self.kind == "gelu_tanh":
            return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))
        if self.kind == "gelu":
            return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))
        if self.kind == "quick_gelu":
            return x * torch.sigmoid(1.702 * x)
        if self.kind == "swish":
            return x * x.sigmoid()
        if self.kind == "mish":
            return x * torch.tanh(F.softplus(x))
        if self.kind == "hard_swish":
            return x * F.relu6(x + 3.0) / 6.0
        if self.kind == "softsign":
            return x / (1 + x.abs())
        raise ValueError(self.kind)


ACTIVATIONS = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "prelu": nn.PReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "celu": nn.CELU,
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "log_sigmoid": nn.LogSigmoid,
    "hard_sigmoid": nn.Hardsigmoid,
    "hard_swish": nn.Hardswish,
    "hard_tanh": nn.Hardtanh,
    "written_gelu_tanh": lambda: Written("gelu_tanh"),
    "written_gelu": lambda: Written("gelu"),
    "written_quick_gelu": lambda: Written("quick_gelu"),
    "written_swish": lambda: Written("swish"),
    "written_mish": lambda: Written("mish"),
    "written_hard_swish": lambda: Written("hard_swish"),
    "written_softsign": lambda: Written("softsign"),
}


def activation(name):
    return ACTIVATIONS[name]()


def initialize(model, scheme):
    """Every dense and convolution weight by one scheme; biases zero but for PyTorch's default, which writes nothing."""
    if scheme == "default":
        return
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            draw(module.weight, scheme)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def draw(weight, scheme):
    if scheme == "he":
        nn.init.kaiming_normal_(weight, nonlinearity="relu")
    elif scheme == "he_uniform_out":
        nn.init.kaiming_uniform_(weight, mode="fan_out", nonlinearity="relu")
    elif scheme == "xavier":
        nn.init.xavier_uniform_(weight)
    elif scheme == "xavier_tanh":
        nn.init.xavier_normal_(weight, gain=nn.init.calculate_gain("tanh"))
    elif scheme == "orthogonal":
        nn.init.orthogonal_(weight)
    elif scheme == "small":
        nn.init.normal_(weight, std=0.02)
    elif scheme == "truncated":
        nn.init.trunc_normal_(weight, std=0.05, a=-0.1, b=0.1)
    elif scheme == "large":
        nn.init.normal_(weight, std=1.0)
    elif scheme == "lecun":
        nn.init.kaiming_normal_(weight, nonlinearity="linear")
    elif scheme == "biased":
        nn.init.normal_(weight, mean=0.02, std=0.1)
    else:
        raise ValueError(scheme)
