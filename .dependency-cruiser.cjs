// The layering of ARCHITECTURE.md, checked: who may import whom.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(core|server|trainer|webview|client|test|scripts)/', pathNot: allowed },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('core-imports-nothing-of-ours', '^core/', '^core/'),
    only('server-imports-core', '^server/', '^(server|core)/'),
    only('trainer-imports-core', '^trainer/', '^(trainer|core)/'),
    only('webview-imports-core-and-trainer', '^webview/', '^(webview|core|trainer)/'),
    only('client-imports-core', '^client/', '^(client|core)/'),
    {
      name: 'core-is-pure',
      comment: 'core does no I/O: no Node built-ins and no packages but the schema library',
      severity: 'error',
      from: { path: '^core/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^(core/|node_modules/valibot/)' },
    },
    {
      name: 'layers-of-core',
      comment: 'graph <- initializers <- signal <- rules; probe stands on graph',
      severity: 'error',
      from: { path: '^core/graph/' },
      to: { path: '^core/(signal|rules|probe)/' },
    },
    {
      name: 'vscode-only-in-client',
      severity: 'error',
      from: { pathNot: '^(client|test/e2e)/' },
      to: { path: '^vscode$|node_modules/(vscode-languageclient|@types/vscode)/' },
    },
    {
      name: 'language-server-library-only-in-lsp',
      severity: 'error',
      from: { pathNot: '^(server/lsp|test)/' },
      to: { path: 'node_modules/vscode-languageserver' },
    },
    {
      name: 'tensorflow-only-in-trainer',
      severity: 'error',
      from: { pathNot: '^(trainer|test|scripts)/' },
      to: { path: 'node_modules/@tensorflow/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
