"""Builds models of the installed timm with random weights and prints a JSON object per line: every parameter's name, shape,
mean and std, and the output shapes of its modules in one forward pass in training mode.

Arguments: names as in `timm.list_models()`. `--list` prints the names of at least 250 models that cover every file of
`timm.models`: in turn the next model of each file, first those made of module classes that none before has, small ones first."""

import json
import sys

import timm
import torch
from timm.models import _registry as registry

torch.set_num_threads(1)

enough = 250
largest = 120e6


def names():
    queues = [queue(module) for module in sorted(registry._module_to_models)]
    chosen = []
    while len(chosen) < enough and any(queues):
        for models in queues:
            if models:
                chosen.append(models.pop(0))
    return chosen


def queue(module):
    """The models of one file in the order in which they are worth looking at; at least one."""
    models = [(count, name, classes) for name in timm.list_models(module=module) for count, classes in [outline(name)]]
    models.sort()
    models = [model for model in models if model[0] <= largest] or models[:1]
    seen, new, known = set(), [], []
    for _, name, classes in models:
        (known if classes <= seen else new).append(name)
        seen |= classes
    return new + known


def outline(name):
    """Its number of parameters and the classes of its modules, without drawing anything."""
    with torch.device("meta"):
        try:
            model = registry.model_entrypoint(name)(pretrained=False)
        except (NotImplementedError, RuntimeError):
            # It reads values while it is built.
            with torch.device("cpu"):
                model = registry.model_entrypoint(name)(pretrained=False)
    return sum(p.numel() for p in model.parameters()), {type(module).__name__ for module in model.modules()}


def describe(name):
    builder = registry.model_entrypoint(name)
    arguments = {"pretrained": False}
    torch.manual_seed(0)
    with torch.no_grad():
        model = builder(**arguments)
    parameters = [
        {
            "name": key,
            "shape": list(parameter.shape),
            "trainable": parameter.requires_grad,
            **moments(parameter.detach()),
        }
        for key, parameter in model.named_parameters()
    ]
    inputs = [[2, *model.pretrained_cfg["input_size"]]]
    outputs = outputs_of(model, inputs)
    return {
        "name": name,
        "symbol": builder.__name__,
        "path": sys.modules[builder.__module__].__file__,
        "arguments": arguments,
        "parameters": parameters,
        "inputs": None if outputs is None else inputs,
        "outputs": outputs,
    }


def moments(values):
    # The inverse error function of the largest uniform value is infinite and is cut to `trunc_normal_`'s bound: a single 2
    # among 0.02s is seen in the std.
    inner = values[values.abs() != 2]
    values = inner if inner.numel() > 0.9999 * values.numel() else values
    return {"mean": values.mean().item(), "std": values.std(unbiased=False).item()}


def outputs_of(model, inputs):
    """`[module, shape]` for every call of a module without children, in order; `None` where the model does not take an image
    or does not run without values. Modules that return what they are given (dropped residual branches at rate 0) are left
    out: they are no layers."""
    calls = []

    def record(name):
        def hook(module, args, output):
            first = output[0] if isinstance(output, tuple) else output
            if args and first is args[0] and not getattr(module, "inplace", False):
                return
            calls.append([name, list(first.shape) if isinstance(first, torch.Tensor) else None])

        return hook

    for name, module in model.named_modules():
        if not any(module.children()):
            module.register_forward_hook(record(name))
    model.train()
    with torch.no_grad():
        try:
            # Shapes are the same without the arithmetic, and a hundred times faster.
            model.to("meta")(*[torch.empty(shape, device="meta") for shape in inputs])
        except Exception as error:
            print(f"{type(model).__name__} does not run: {error}", file=sys.stderr)
            return None
    return calls


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    for name in wanted:
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
