import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const integration = ['test/integration/**/*.test.ts'];
/** End to end too, but the same whatever the prefix is called: once is enough. */
const once = ['test/faults/**/*.test.ts', 'test/once/**/*.test.ts'];

/** Long ones, in which a group's umask shows nothing that the others do not show. */
const alikeForGroups = [
  'kernel',
  'pip-when-packed',
  'requirements',
  'squashfs-*',
  'venv',
  'wrap-*',
  'wrappers-slurm',
].map((name) => `test/integration/${name}.test.ts`);

interface Chosen {
  readonly include?: string[];
  readonly exclude?: string[];
}

/** The end-to-end tests run as a user with the usual umask, with blanks in the prefix, and in a group's umask. */
function endToEnd(
  name: string,
  [prefixName, umask]: [string, string],
  { include = integration, exclude = [] }: Chosen = {},
) {
  return { extends: true as const, test: { name, include, exclude, provide: { prefixName, umask } } };
}

export default defineConfig({
  test: {
    // Tests wait for other programs most of the time.
    maxWorkers: availableParallelism() + 1,
    globalSetup: 'test/harness/global-setup.ts',
    // Real programs are started by many tests: a slow machine must not turn into a failed test.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: process.env.CTINSTALL_TEST_JSON
      ? ['default', ['json', { outputFile: process.env.CTINSTALL_TEST_JSON }]]
      : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'src/lmod-lua-writer/test/**/*.test.ts'],
          exclude: [...integration, ...once],
        },
      },
      endToEnd('end to end', ['ctinstall', '022'], { include: [...integration, ...once] }),
      endToEnd('blanks in the prefix', ['my software  here', '022']),
      endToEnd('umask 007', ['ctinstall', '007'], { exclude: alikeForGroups }),
    ],
  },
});
