import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeInstall, run } from './install.ts';
import { expectNextRunToSucceed, expectNothingLost, holdingsOf, scenarios, skipSync } from './killed.ts';

/**
 * Runs a script and kills it, with all that it started, before its nth command that $COUNTS. What a command substitution
 * does is part of the command that it is in; how often a clock is waited for differs from run to run.
 */
const killer = `n=$1; shift; set -o functrace; c=0
step() {
  [[ $BASHPID == "$$" && $1 =~ $COUNTS && $1 != *.next* ]] || return
  ((++c != n)) || kill -KILL 0
}
trap 'step "$BASH_COMMAND"' DEBUG
. "$0" "$@"`;

/**
 * The commands that can change a file: between two of them all moments are the same. With $CTINSTALL_TEST_ALL_MOMENTS
 * all commands count.
 */
const counts = process.env.CTINSTALL_TEST_ALL_MOMENTS
  ? ''
  : '(^|[^[:alnum:]_])(mv|rm|ln|touch|mkdir|mktemp|chmod|mksquashfs|unsquashfs)([^[:alnum:]_]|$)|"[$]@"|>';

describe('before each of its commands', () => {
  test.each(Object.entries(scenarios))(
    '%s',
    async (_what, scenario) => {
      const install = makeInstall();
      skipSync(install);
      for (let moment = 1, isKilled = true; isKilled; moment++) {
        await scenario.prepare(install);
        const before = holdingsOf(install);
        const script = join(install.root, 'bin', scenario.script);
        const ran = await run(['bash', '-p', '-c', killer, script, `${moment}`, ...scenario.args], {
          env: { PATH: `${install.fakes}:${process.env.PATH}`, COUNTS: counts },
        });
        isKilled = ran.signal === 'SIGKILL';
        if (!isKilled) expect(ran.status).toBe(0);
        if (!isKilled) expect(moment).toBeGreaterThan(10);
        expectNothingLost(before, holdingsOf(install), scenario);
        await expectNextRunToSucceed(install, before, scenario);
      }
    },
    3_600_000,
  );
});
