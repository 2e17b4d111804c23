import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{core,server,trainer,client,webview,scripts}/**/*.test.{ts,tsx}',
      'test/{cases,fixes,lsp,fuzz,oracle,panel}/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
