import { formatLine, formatSeconds } from '../../lib/format.ts';
import type { RunStanding } from '../../operations/workflow/read-standing.ts';
import type { RunDirectory, Standing, State } from '../../operations/workflow/types.ts';
import { alignColumns } from './align-columns.ts';

const colours: Readonly<Record<State, number>> = {
  pending: 2,
  running: 36,
  finished: 32,
  failed: 31,
  cancelled: 33,
  never: 33,
  lost: 31,
  unknown: 35,
};

export interface TableLook {
  readonly isColoured: boolean;
  readonly width: number | undefined;
  /** What jobs that run have printed last, by name. */
  readonly lastLines?: ReadonlyMap<string, string>;
}

/** Where a line may be of any length, the last words of a job have no more. */
const mostOfLine = 80;

/** Room for the other columns, and for most of what is said of a job. */
const wantedBesideName = 50;

/** The jobs of a run as a table, under a line about the whole. */
export function tableOf(
  { run }: RunDirectory,
  { standings, state }: RunStanding,
  { isColoured, width, lastLines = new Map() }: TableLook,
): string[] {
  const rows = standings.map((standing) => {
    const { name, state: its, status, tasks } = standing;
    const counts =
      tasks === undefined
        ? ''
        : Object.entries(tasks)
            .map(([each, count]) => `${count} ${each}`)
            .join(', ');
    const took =
      status === undefined
        ? ''
        : formatSeconds(Math.max(0, (its === 'running' ? Date.now() / 1000 : status.changed) - status.started));
    return [
      name,
      its,
      status?.host ?? '',
      took,
      status !== undefined && status.tries > 1 ? `${status.try}/${status.tries}` : '',
      standing.slurmIds[0] ?? '',
      counts || (standing.why ?? formatLine(lastLines.get(name) ?? '').slice(0, mostOfLine)),
    ];
  });
  const head = ['JOB', 'STATE', 'WHERE', 'TIME', 'TRY', run.engine === 'slurm' ? 'SLURM' : '', ''];
  const lines = alignColumns([head, ...(width === undefined ? rows : withShortNames(rows, width))]);
  const cut = lines.map((line) => line.slice(0, width));
  const shown = cut.map((line, index) => (isColoured && index > 0 ? colour(line, standings[index - 1]) : line));
  return [`${run.id}: ${state} (${formatLine(run.file)})`.slice(0, width), ...shown];
}

/** A long name leaves no room for what is said of the jobs; both its ends tell it from others. */
function withShortNames(rows: readonly (readonly string[])[], width: number): string[][] {
  const most = Math.max(20, width - wantedBesideName);
  return rows.map(([name = '', ...others]) => [
    name.length <= most ? name : `${name.slice(0, most - 9)}…${name.slice(-8)}`,
    ...others,
  ]);
}

function colour(line: string, standing: Standing | undefined): string {
  return standing === undefined ? line : `\u001b[${colours[standing.state]}m${line}\u001b[0m`;
}

/** How to reach the endpoints of services that run, from elsewhere. */
export function describeEndpoints({ run }: RunDirectory, { standings }: RunStanding, host: string): string[] {
  return run.jobs.flatMap(({ name, endpoints }) => {
    const standing = standings.find((each) => each.name === name);
    if (standing?.state !== 'running') return [];
    const node = standing.status?.host ?? host;
    return endpoints.flatMap((endpoint) => [
      '',
      `${name}, ${endpoint.name}: ${endpoint.protocol}://localhost:${endpoint.port}/ after, where you sit,`,
      `  ssh -N -L ${endpoint.port}:${node === host ? 'localhost' : node}:${endpoint.port} ${host}`,
    ]);
  });
}

/** Why jobs did not end well, where their logs are, and what to do. */
export function describeStandings(
  { directory }: RunDirectory,
  { standings }: Pick<RunStanding, 'standings'>,
  logs: ReadonlyMap<string, readonly string[]> = new Map(),
): string[] {
  return standings.flatMap(({ name, unit, state, why, slurmIds, status }, index) => {
    const advice = adviceOf(why ?? '');
    return [
      ...(index === 0 && logs.size === 0 ? [] : ['']),
      `${unit}: ${state}${why === undefined ? '' : `, ${why}`}`,
      ...(slurmIds.length === 0 ? [] : [`  Slurm job: ${status?.slurm || slurmIds.join(', ')}`]),
      `  log: ${directory}/logs/${unit}.log`,
      ...(logs.get(name) ?? []).map((line) => `  | ${formatLine(line)}`),
      ...(advice === undefined ? [] : [`  hint: ${advice}`]),
    ];
  });
}

function adviceOf(why: string): string | undefined {
  if (/^time limit|TIMEOUT/.test(why)) return 'give it more time: `policy: { timeout: { execute: … } }`';
  if (/memory|OUT_OF_MEMORY/.test(why)) return 'give it more memory: `resource: { memory: { size: … } }`';
  if (/did not become ready/.test(why))
    return 'let its `readiness-probe` try longer: `failure-threshold`, `period-seconds`, `initial-delay-seconds`';
  if (/exit status 127/.test(why)) return 'the program is not in the image';
  return undefined;
}
