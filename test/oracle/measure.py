"""Measures by hooks what `core/signal` predicts: per call of a module, forward and backward, second moments averaged over seeds."""

import torch
import torch.nn.functional as F
from torch import nn

QUANTITIES = ("rms", "inputStd", "activationGradient", "weightGradient")
RECTIFIERS = (nn.ReLU, nn.ReLU6)
SATURATING = (nn.Tanh, nn.Sigmoid, nn.Hardtanh, nn.Hardsigmoid, nn.Softsign)
SATURATED_SLOPE = 0.05
# The loss hangs on few numbers, those of the head: it takes more networks to know it than to know the layers, and no backward pass.
LOSS_RUNS = 8


def measure(build, draw_input, loss, seeds):
    """`{"loss", "lossError", "layers"}`: the mean loss and its relative standard error, and per call `[module, calls before,
    {quantity: [mean square, its relative standard error]}, dead, saturated]`. `build()` makes a model, `draw_input()` what it
    is given: `(inputs, inputs by name)`."""
    runs = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        runs.append(once(build(), draw_input(), loss))
    losses = [run["loss"] for run in runs]
    for seed in range(seeds, min(LOSS_RUNS * seeds, 1000)):
        torch.manual_seed(seed)
        losses.append(loss_alone(build(), draw_input(), loss))
    mean_loss, loss_error = pooled(losses)
    layers = []
    for key, first in runs[0]["calls"].items():
        each = [run["calls"][key] for run in runs]
        squares = {name: pooled([one[name] for one in each]) for name in QUANTITIES if first[name] is not None}
        shares = [pooled([one[name] for one in each])[0] if first[name] is not None else None for name in ("dead", "saturated")]
        layers.append([*key, squares, *shares])
    return {"loss": mean_loss, "lossError": loss_error, "layers": layers}


def pooled(values):
    values = torch.tensor(values, dtype=torch.float64)
    mean = values.mean().item()
    error = values.std().item() / len(values) ** 0.5 if len(values) > 1 else 0.0
    return [mean, error / mean if mean > 0 else 0.0]


def once(model, inputs, loss):
    model.train()
    calls, gradients = {}, {}
    batch = len(inputs[0][0])

    def hook(name):
        counter = [0]

        def record(module, args, output):
            out = output[0] if isinstance(output, tuple) else output
            if not isinstance(out, torch.Tensor) or (args and out is args[0]):
                return
            key = (name, counter[0])
            counter[0] += 1
            calls[key] = {**forward_of(module, args, out), "module": module}
            if isinstance(module, nn.Embedding) and (args[0].dim() == 1 or len(args[0]) != batch):
                # Positions: the first axis is no batch.
                calls[key]["inputStd"] = 0.0
            if out.requires_grad:
                out.register_hook(lambda gradient: gradients.__setitem__(key, gradient.square().mean().item()))

        return record

    for name, module in model.named_modules():
        if is_leaf(module):
            module.register_forward_hook(hook(name))
    output = output_of(model, inputs)
    value = loss_of(loss, output)
    value.backward()
    for key, call in calls.items():
        call["activationGradient"] = gradients.get(key)
        call["weightGradient"] = weight_gradient(call.pop("module"))
    return {"loss": expected_loss(loss, output.detach()), "calls": calls}


def loss_alone(model, inputs, loss):
    model.train()
    with torch.no_grad():
        return expected_loss(loss, output_of(model, inputs))


def output_of(model, inputs):
    """The first of several: what else a model gives (hidden states, a cache) has no loss of its own."""
    positional, named = inputs
    output = model(*positional, **named)
    return output[0] if isinstance(output, tuple) else output


def is_leaf(module):
    return not any(module.children()) or isinstance(module, nn.MultiheadAttention)


def forward_of(module, args, out):
    with torch.no_grad():
        values = out.detach().double()
        row = {"rms": values.square().mean().item(), "inputStd": values.var(0).mean().item() if len(values) > 1 else 0.0, "dead": None, "saturated": None}
        if isinstance(module, RECTIFIERS):
            # Channels are the second axis of images, the last one of vectors and tokens.
            units = values.transpose(1, -1) if values.dim() == 4 else values
            row["dead"] = (units.flatten(0, -2).amax(0) <= 0).double().mean().item()
    if isinstance(module, SATURATING):
        with torch.enable_grad():
            before = args[0].detach().requires_grad_()
            (slope,) = torch.autograd.grad(module.forward(before).sum(), before)
        row["saturated"] = (slope.abs() < SATURATED_SLOPE).double().mean().item()
    return row


def weight_gradient(module):
    """Mean square over all weights of a module, as `LayerGradient.weightRms`: biases and gains do not count."""
    if is_norm(module):
        return None
    weights = [
        parameter.grad
        for name, parameter in module.named_parameters()
        if parameter.dim() > 1 and parameter.grad is not None and "bias" not in name
    ]
    count = sum(weight.numel() for weight in weights)
    return sum(weight.square().sum().item() for weight in weights) / count if count else None


def is_norm(module):
    return "norm" in type(module).__name__.lower()


def loss_of(kind, output):
    if kind == "meanSquaredError":
        return F.mse_loss(output, torch.randn_like(output))
    if kind == "binaryCrossEntropy":
        return F.binary_cross_entropy(output, torch.randint(0, 2, output.shape).to(output.dtype))
    classes = output.shape[-1]
    return F.cross_entropy(output.reshape(-1, classes), torch.randint(0, classes, [output.numel() // classes]))


def expected_loss(kind, output):
    """Averaged over the random labels."""
    if kind == "meanSquaredError":
        return output.square().mean().item() + 1
    if kind == "binaryCrossEntropy":
        return F.binary_cross_entropy(output, torch.full_like(output, 0.5)).item()
    classes = output.shape[-1]
    logits = output.reshape(-1, classes)
    return F.cross_entropy(logits, torch.full_like(logits, 1 / classes)).item()
