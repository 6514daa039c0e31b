import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/lmod-lua-writer/test/**/*.test.ts'],
    globalSetup: 'test/harness/global-setup.ts',
    // Real programs are started by many tests: a slow machine must not turn into a failed test.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    reporters: process.env.CTINSTALL_TEST_JSON
      ? ['default', ['json', { outputFile: process.env.CTINSTALL_TEST_JSON }]]
      : ['default'],
  },
});
