import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const integration = ['test/integration/**/*.test.ts'];
/** End to end too, but the same whatever the prefix is called: once is enough. */
const once = ['test/faults/**/*.test.ts', 'test/once/**/*.test.ts'];

/** Where a path of the prefix goes through what is generated, through shells and the container runtime. */
const withBlanks = integrationOf('binds', 'kernel', 'venv', 'wrap-directory', 'wrappers');

/** Where files are made, replaced and removed, as a group's umask has them. */
const withGroupUmask = integrationOf('list-verify', 'regenerate', 'remains', 'versions');

function integrationOf(...names: string[]): string[] {
  return names.map((name) => `test/integration/${name}.test.ts`);
}

/** The end-to-end tests run as a user with the usual umask; some with blanks in the prefix, or in a group's umask, instead. */
function endToEnd(name: string, [prefixName, umask]: [string, string], include: string[], exclude: string[] = []) {
  return { extends: true as const, test: { name, include, exclude, provide: { prefixName, umask } } };
}

/** Files that take minutes: begun last, each would keep the others waiting at the end. */
const long = /\/(docs|module-matrix|hostile\/install|killed(-\w+)?|squashfs-killed-\w+)\.test\.ts$/;

/** Those that take long, then the rest as vitest sorts it: the largest first where nothing is known of earlier runs. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // Tests wait for other programs most of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
    globalSetup: 'test/harness/global-setup.ts',
    // Real programs are started by many tests: a slow machine must not turn into a failed test.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // On a shared machine, where nobody can look at once. `.ci/run` tells what passed at the second try only.
    retry: process.env.CI ? 1 : 0,
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
      endToEnd('end to end', ['ctinstall', '022'], [...integration, ...once], [...withBlanks, ...withGroupUmask]),
      endToEnd('blanks in the prefix', ['my software  here', '022'], [...withBlanks, ...integrationOf('module')]),
      endToEnd('umask 007', ['ctinstall', '007'], withGroupUmask),
    ],
  },
});
