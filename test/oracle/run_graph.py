"""Runs a ModelGraph (JSON on stdin) in PyTorch: draws its parameters, propagates standard-normal input forward and the gradient of
the mean loss with random targets back, and prints per layer what `core/signal` predicts. Second moments are averaged over seeds."""

import json
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
BATCH = 32

ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
    "selu": F.selu,
}


def draw(parameter):
    shape, init = parameter["shape"], parameter["initializer"]
    tensor = torch.empty(shape)
    if init["family"] == "uniform":
        tensor.uniform_(init["low"], init["high"])
    elif init["family"] == "orthogonal":
        torch.nn.init.orthogonal_(tensor, init.get("gain", 1))
    else:
        tensor.normal_(init["mean"], init["std"]) if init["std"] > 0 else tensor.fill_(init["mean"])
    return tensor.requires_grad_()


def pair(op, key):
    return [before for before, _ in op[key]]


def run(op, x, p):
    kind = op["kind"]
    if kind == "dense":
        return F.linear(x[0], p["weight"], p.get("bias"))
    if kind == "conv":
        return F.conv2d(x[0], p["weight"], p.get("bias"), op["stride"], pair(op, "padding"), op["dilation"], op["groups"])
    if kind == "batchNorm":
        return F.batch_norm(x[0], None, None, p["gain"], p["bias"], True, 0.1, op["epsilon"])
    if kind == "layerNorm":
        return F.layer_norm(x[0], x[0].shape[-op["axes"] :], p["gain"], p["bias"], op["epsilon"])
    if kind == "groupNorm":
        return F.group_norm(x[0], op["groups"], p["gain"], p["bias"], op["epsilon"])
    if kind == "activation":
        return ACTIVATIONS[op["fn"]](x[0])
    if kind == "add":
        return sum(x[1:], x[0])
    if kind == "scale":
        return x[0] * p["scale"]
    if kind == "multiply":
        return x[0] * x[1]
    if kind == "concat":
        return torch.cat(x, op["axis"])
    if kind == "maxPool":
        return F.max_pool2d(x[0], op["kernel"], op["stride"], pair(op, "padding"))
    if kind == "averagePool":
        return F.avg_pool2d(x[0], op["kernel"], op["stride"], pair(op, "padding"))
    if kind == "adaptiveAveragePool":
        return F.adaptive_avg_pool2d(x[0], op["output"])
    if kind == "flatten":
        return torch.flatten(x[0], op["startAxis"], op["endAxis"])
    if kind == "dropout":
        return F.dropout(x[0], op["rate"], True)
    if kind == "embedding":
        return F.embedding(x[0], p["weight"])
    if kind == "reduce":
        return x[0].mean(op["axes"], keepdim=op["keepDims"])
    if kind == "attention":
        q, k, v = (x * 3)[:3] if len(x) == 1 else x
        out, _ = F.multi_head_attention_forward(
            q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), op["width"], op["heads"],
            torch.cat([p["query"], p["key"], p["value"]]), None, None, None, False, 0.0, p["output"], None,
            need_weights=False,
        )
        return out.transpose(0, 1)
    if kind == "recurrent":
        weights = [p[n] for n in ("weight", "recurrentWeight", "bias", "recurrentBias")]
        state = torch.zeros(1, BATCH, op["hiddenSize"])
        if op["cell"] == "lstm":
            return torch._VF.lstm(x[0], (state, state), weights, True, 1, 0.0, True, False, op["batchFirst"])[0]
        cell = {"rnn": torch._VF.rnn_tanh, "gru": torch._VF.gru}[op["cell"]]
        return cell(x[0], state, weights, True, 1, 0.0, True, False, op["batchFirst"])[0]
    if kind == "select":
        return x[0].select(op["axis"], op["index"])
    raise NotImplementedError(kind)


def once(graph, seed):
    torch.manual_seed(seed)
    parameters = {p["id"]: draw(p) for p in graph["parameters"]}
    tensors = {}
    tokens = any(layer["op"]["kind"] == "embedding" for layer in graph["layers"])
    for layer in graph["layers"]:
        own = {role: parameters[i] for role, i in layer["parameters"].items()}
        if layer["op"]["kind"] == "input":
            shape = [BATCH, *layer["outputShape"][1:]]
            tensors[layer["id"]] = torch.randint(0, 50, shape) if tokens else torch.randn(shape).requires_grad_()
        else:
            tensors[layer["id"]] = run(layer["op"], [tensors[i] for i in layer["inputs"]], own)
        if tensors[layer["id"]].requires_grad:
            tensors[layer["id"]].retain_grad()
    output = tensors[graph["outputs"][0]]
    if graph["loss"] == "meanSquaredError":
        loss = F.mse_loss(output, torch.randn(output.shape))
    elif graph["loss"] == "binaryCrossEntropy":
        loss = F.binary_cross_entropy_with_logits(output, torch.randint(0, 2, output.shape).double())
    else:
        loss = F.cross_entropy(output, torch.randint(0, output.shape[-1], [BATCH]))
    loss.backward()
    rows = []
    for layer in graph["layers"]:
        x = tensors[layer["id"]].detach().double()
        grad = tensors[layer["id"]].grad
        weights = [
            parameters[i].grad
            for role, i in layer["parameters"].items()
            if graph["parameters"][i]["role"] in ("weight", "recurrentWeight")
        ]
        count = sum(w.numel() for w in weights)
        per_unit = x.flatten(2).amax(2) if x.dim() == 4 else x
        rows.append([
            x.square().mean().item(),
            x.var(0).mean().item(),
            0.0 if grad is None else grad.square().mean().item(),
            sum(w.square().sum().item() for w in weights) / count if count else 0.0,
            (per_unit.amax(0) <= 0).double().mean().item(),
        ])
    return loss.item(), torch.tensor(rows)


def main():
    request = json.load(sys.stdin)
    runs = [once(request["graph"], seed) for seed in range(request["seeds"])]
    answer = {
        "loss": sum(loss for loss, _ in runs) / len(runs),
        "rows": (sum(rows for _, rows in runs) / len(runs)).tolist(),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
