import { hostname } from 'node:os';
import { readLastLines, readLastWords } from '../../../operations/workflow/logs.ts';
import { openRun } from '../../../operations/workflow/open-run.ts';
import { readStanding } from '../../../operations/workflow/read-standing.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { describeEndpoints, describeStandings, tableOf } from '../../words/describe-workflow.ts';
import { awaitRun, type WatchFlags } from './follow.ts';

/** `ctinstall workflow describe <id>`. */
export async function describe(
  id: string,
  flags: WatchFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const found = await openRun(id, settings, context);
  if (flags.watch === true) return awaitRun(found, flags, context);
  const { print, isJson } = context;
  const standing = await readStanding(found, context);
  if (isJson)
    return print(
      JSON.stringify(
        {
          ...found.run,
          directory: found.directory,
          state: standing.state,
          note: standing.note,
          jobs: standing.standings,
        },
        undefined,
        2,
      ),
    );
  const lastLines = await readLastWords(found, standing.standings);
  for (const line of tableOf(found, standing, { isColoured: context.isColoured.stdout, width: undefined, lastLines }))
    print(line);
  const bad = standing.standings.filter(({ state }) => state === 'failed' || state === 'lost');
  const logs = new Map<string, readonly string[]>();
  for (const { name, unit } of bad.slice(0, 5)) logs.set(name, await readLastLines(found, unit, 5));
  for (const line of describeStandings(found, { ...standing, standings: bad }, logs)) print(line);
  for (const line of describeEndpoints(found, standing, hostname())) print(line);
  if (standing.note !== undefined) print(`\n${standing.note}`);
}
