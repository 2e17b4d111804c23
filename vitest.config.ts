import { defineConfig } from 'vitest/config';

export default defineConfig({
  // TensorFlow.js as modules, as in our bundles: its CommonJS build has no gradients and would be a second copy.
  resolve: { alias: [{ find: /^(@tensorflow\/tfjs-(?:core|backend-\w+))$/, replacement: '$1/dist/index.js' }] },
  test: {
    include: [
      '{core,server,trainer,client,webview,scripts}/**/*.test.{ts,tsx}',
      'test/{cases,fixes,lsp,fuzz,oracle,panel}/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/@tensorflow\//] } },
  },
});
