"""Prints CPython's own reading of each file named on standard input, one JSON array per line, in the form of python-ast.ts.

`null` for a file that this Python cannot parse.
"""

import ast
import json
import sys
import warnings

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not", ast.Invert: "~"}
COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "isNot", ast.In: "in", ast.NotIn: "notIn",
}  # fmt: skip


def expression(node):
    if node is None:
        return None
    match node:
        case ast.Constant():
            return constant(node.value)
        case ast.Name():
            return ["Name", node.id]
        case ast.Attribute():
            return ["Attribute", expression(node.value), node.attr]
        case ast.Subscript():
            return ["Index", expression(node.value), expression(node.slice)]
        case ast.Slice():
            return ["Slice", expression(node.lower), expression(node.upper), expression(node.step)]
        case ast.Call():
            return ["Call", expression(node.func), arguments(node.args, node.keywords)]
        case ast.BinOp():
            return ["Binary", BINARY[type(node.op)], expression(node.left), expression(node.right)]
        case ast.UnaryOp():
            return ["Unary", UNARY[type(node.op)], expression(node.operand)]
        case ast.BoolOp():
            operator = "and" if isinstance(node.op, ast.And) else "or"
            result = expression(node.values[0])
            for value in node.values[1:]:
                result = ["Logical", operator, result, expression(value)]
            return result
        case ast.Compare():
            rest = [[COMPARE[type(op)], expression(value)] for op, value in zip(node.ops, node.comparators)]
            return ["Compare", expression(node.left), rest]
        case ast.IfExp():
            return ["Conditional", expression(node.test), expression(node.body), expression(node.orelse)]
        case ast.Lambda():
            return ["Lambda", parameters(node.args), expression(node.body)]
        case ast.List() | ast.Tuple() | ast.Set():
            return [type(node).__name__, [expression(item) for item in node.elts]]
        case ast.Dict():
            return ["Dict", [[expression(key), expression(value)] for key, value in zip(node.keys, node.values)]]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            kind = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
            return ["Comprehension", kind, expression(node.elt), None, clauses(node)]
        case ast.DictComp():
            return ["Comprehension", "dict", expression(node.key), expression(node.value), clauses(node)]
        case ast.Starred():
            return ["Star", expression(node.value)]
        case ast.NamedExpr():
            return ["Walrus", expression(node.target), expression(node.value)]
        case ast.Await():
            return ["Await", expression(node.value)]
        case ast.Yield():
            return ["Yield", expression(node.value), False]
        case ast.YieldFrom():
            return ["Yield", expression(node.value), True]
        case ast.JoinedStr():
            return template(node)
    raise TypeError(type(node))


def constant(value):
    if value is None:
        return ["None"]
    if value is ...:
        return ["Ellipsis"]
    if isinstance(value, bool):
        return ["Boolean", value]
    if isinstance(value, complex):
        return ["Unknown"]
    if isinstance(value, (int, float)):
        finite = abs(value) < 1.7e308
        return ["Number", float(value) if finite else "infinite", isinstance(value, float)]
    if isinstance(value, bytes):
        return ["String", value.decode("latin-1")]
    return ["String", value]


def template(node):
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(value.value)
            continue
        shown = expression(value.value)
        if value.conversion == ord("r"):
            shown = ["Call", ["Name", "repr"], [[None, None, shown]]]
        if value.format_spec is None:
            parts.append(shown)
        else:
            spec = value.format_spec.values
            plain = all(isinstance(part, ast.Constant) for part in spec)
            text = ["String", "".join(part.value for part in spec)] if plain else ["Unknown"]
            parts.append(["Call", ["Name", "format"], [[None, None, shown], [None, None, text]]])
    if all(isinstance(part, str) for part in parts):
        return ["String", "".join(parts)]
    return ["Template", parts]


def arguments(args, keywords):
    """In the order of the source: a starred argument may follow a keyword."""
    both = [(arg, None, "positional" if isinstance(arg, ast.Starred) else None) for arg in args]
    both += [(word.value, word.arg, "keyword" if word.arg is None else None) for word in keywords]
    both.sort(key=lambda item: (item[0].lineno, item[0].col_offset))
    return [
        [name, spread, expression(arg.value if isinstance(arg, ast.Starred) else arg)] for arg, name, spread in both
    ]


def parameters(args):
    result = []
    plain = [(arg, "positionalOnly") for arg in args.posonlyargs] + [(arg, "normal") for arg in args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults
    for (arg, kind), default in zip(plain, defaults):
        result.append([arg.arg, kind, expression(arg.annotation), expression(default)])
    if args.vararg:
        result.append([args.vararg.arg, "rest", expression(args.vararg.annotation), None])
    for arg, default in zip(args.kwonlyargs, args.kw_defaults):
        result.append([arg.arg, "keywordOnly", expression(arg.annotation), expression(default)])
    if args.kwarg:
        result.append([args.kwarg.arg, "keywordRest", expression(args.kwarg.annotation), None])
    return result


def clauses(node):
    return [
        [expression(part.target), expression(part.iter), [expression(test) for test in part.ifs]]
        for part in node.generators
    ]


def statements(body):
    return [item for node in body for item in statement(node)]


def statement(node):
    match node:
        case ast.Expr():
            return [["Expression", expression(node.value)]]
        case ast.Assign():
            return [["Assign", [expression(target) for target in node.targets], expression(node.value), None]]
        case ast.AnnAssign():
            return [["Assign", [expression(node.target)], expression(node.value), expression(node.annotation)]]
        case ast.AugAssign():
            return [["AugmentedAssign", expression(node.target), BINARY[type(node.op)], expression(node.value)]]
        case ast.If():
            return [["If", expression(node.test), statements(node.body), statements(node.orelse)]]
        case ast.For() | ast.AsyncFor():
            body = [statements(node.body), statements(node.orelse)]
            return [["For", expression(node.target), expression(node.iter), *body]]
        case ast.While():
            return [["While", expression(node.test), statements(node.body), statements(node.orelse)]]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            decorators = [expression(item) for item in node.decorator_list]
            is_async = isinstance(node, ast.AsyncFunctionDef)
            return [["Function", node.name, is_async, decorators, parameters(node.args), statements(node.body)]]
        case ast.ClassDef():
            decorators = [expression(item) for item in node.decorator_list]
            return [["Class", node.name, decorators, arguments(node.bases, node.keywords), statements(node.body)]]
        case ast.Return():
            return [["Return", expression(node.value)]]
        case ast.With() | ast.AsyncWith():
            items = [[expression(item.context_expr), expression(item.optional_vars)] for item in node.items]
            return [["With", items, statements(node.body)]]
        case ast.Try():
            handlers = [[expression(item.type), item.name, statements(item.body)] for item in node.handlers]
            return [["Try", statements(node.body), handlers, statements(node.orelse), statements(node.finalbody)]]
        case ast.Import():
            return [["Import", item.name, item.asname] for item in node.names]
        case ast.ImportFrom():
            names = [[item.name, item.asname] for item in node.names]
            return [["ImportFrom", node.module or "", node.level, names]]
        case ast.Global() | ast.Nonlocal():
            return [["Scope", type(node).__name__.lower(), node.names]]
        case ast.Delete():
            return [["Delete", [expression(item) for item in node.targets]]]
        case ast.Assert():
            return [["Assert", expression(node.test)]]
        case ast.Match():
            cases = [[expression(case.guard), statements(case.body)] for case in node.cases]
            return [["Match", expression(node.subject), cases]]
        case ast.Raise():
            return [["Raise", expression(node.exc)]]
        case ast.Pass() | ast.Break() | ast.Continue():
            return [[type(node).__name__]]
    raise TypeError(type(node))


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20000)
    for line in sys.stdin:
        try:
            with open(line.rstrip("\n"), encoding="utf-8", newline="") as file:
                result = statements(ast.parse(file.read()).body)
        except (SyntaxError, ValueError, RecursionError):
            result = None
        print(json.dumps(result), flush=True)


main()
