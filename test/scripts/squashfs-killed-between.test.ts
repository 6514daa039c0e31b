import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Install, makeInstall, type Ran, run } from './install.ts';
import { expectNextRunToSucceed, expectNothingLost, holdingsOf, type Scenario, scenarios, skipSync } from './killed.ts';

/**
 * Runs a script and looks before each command that $COUNTS what is in the install: its number and a checksum are lines of
 * $STATES. Or, with $KILL_AT, kills it before the command of that number, with all that it started. What a command
 * substitution does is part of the command that it is in; how often a clock is waited for differs from run to run.
 */
const stepper = `set -o functrace; c=0
step() {
  [[ $BASHPID == "$$" && $1 =~ $COUNTS && $1 != *.next* ]] || return
  ((++c != KILL_AT)) || kill -KILL 0
  ((KILL_AT)) || echo "$c $(find "$ROOT" -printf '%P %i %m %n %s %T@ %l\\n' | sort | cksum)" >>"$STATES"
}
trap 'step "$BASH_COMMAND"' DEBUG
. "$0" "$@"`;

/** The commands that can change a file. With $CTINSTALL_TEST_ALL_MOMENTS all commands count. */
const counts = process.env.CTINSTALL_TEST_ALL_MOMENTS
  ? ''
  : '(^|[^[:alnum:]_])(mv|rm|ln|touch|mkdir|mktemp|chmod|mksquashfs|unsquashfs)([^[:alnum:]_]|$)|"[$]@"|>';

function runSteps(install: Install, { script, args }: Scenario, killAt: number): Promise<Ran> {
  return run(['bash', '-p', '-c', stepper, join(install.root, 'bin', script), ...args], {
    env: {
      PATH: `${install.fakes}:${process.env.PATH}`,
      COUNTS: counts,
      KILL_AT: `${killAt}`,
      ROOT: install.root,
      STATES: statesFile(install),
    },
  });
}

const statesFile = ({ fakes }: Install): string => join(fakes, 'states');

/** The numbers of commands before which the install is not as before the one that counts before them. */
async function momentsOf(install: Install, scenario: Scenario): Promise<number[]> {
  await scenario.prepare(install);
  expect(await runSteps(install, scenario, 0)).toMatchObject({ status: 0, stderr: '' });
  const states = readFileSync(statesFile(install), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  return states.flatMap(([moment, sum], index) => (sum === states[index - 1]?.[1] ? [] : [Number(moment)]));
}

describe('in each state that its commands leave the install in', () => {
  test.each(Object.entries(scenarios))(
    '%s',
    async (what, scenario) => {
      const install = makeInstall();
      skipSync(install);
      const moments = await momentsOf(install, scenario);
      expect(moments.length).toBeGreaterThanOrEqual(what.startsWith('going back') ? 3 : 10);
      for (const moment of moments) {
        await scenario.prepare(install);
        const before = holdingsOf(install);
        expect(await runSteps(install, scenario, moment)).toMatchObject({ signal: 'SIGKILL' });
        expectNothingLost(before, holdingsOf(install), scenario);
        await expectNextRunToSucceed(install, before, scenario);
      }
    },
    3_600_000,
  );
});
