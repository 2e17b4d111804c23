export const usage = `Usage
  initscope check   [PATH…] [--format text|json|sarif|github] [--min-severity hint|information|warning|error]
                    [--fix] [--unsafe-fixes] [--diff] [--config FILE] [--exit-zero]
  initscope inspect FILE[:SYMBOL] [--args JSON] [--input SHAPE]… [--json]
  initscope probe   FILE[:SYMBOL] [--engine auto|wasm|cpu|tfjs-node] [--variants as-written,he,…] [--seeds N]
                    [--steps N] [--batch N] [--json | --report FILE.html]
  initscope lsp     --stdio | --node-ipc | --socket=PORT

Every command takes --search-path DIR (repeatable) and --python EXECUTABLE to find imported modules.
SYMBOL is a class, a factory function or a variable that holds a model; SHAPE is 3x224x224, with or without the batch.
`;
