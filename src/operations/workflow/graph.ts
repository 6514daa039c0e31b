import { isFile } from '../../host/files.ts';
import { formatSeconds } from '../../lib/format.ts';
import { hostPath } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Context } from '../context.ts';
import { loadFuzzfile, type TemplateOptions } from './load-fuzzfile.ts';
import { readLastLines } from './logs.ts';
import { openRun } from './open-run.ts';
import { planRun } from './plan-run.ts';
import { readStanding } from './read-standing.ts';
import type { PlannedJob, Standing, State } from './types.ts';

export interface GraphNode {
  readonly name: string;
  readonly kind: PlannedJob['kind'];
  readonly needs: readonly { readonly name: string; readonly on: 'ok' | 'any' | 'begin' }[];
  /** What it asks for: `4 cores, 8 GB`. */
  readonly asks: string;
  /** Of a run. */
  readonly state: State | undefined;
  readonly took: string | undefined;
  readonly why: string | undefined;
  readonly log: readonly string[];
}

export interface Graph {
  readonly title: string;
  readonly state: string | undefined;
  readonly nodes: readonly GraphNode[];
}

/** The graph of a Fuzzfile, or of a run by its name: then with how its jobs stand. */
export async function readGraph(
  what: string,
  { settings, ...options }: TemplateOptions & { readonly settings: SettingsValues },
  context: Context,
): Promise<Graph> {
  if (await isFile(hostPath(what, context.cwd))) {
    const { workflow } = await loadFuzzfile(what, options, context);
    return { title: what, state: undefined, nodes: planRun(workflow).map((job) => nodeOf(job, undefined, [])) };
  }
  const found = await openRun(what, settings, context);
  const { standings, state } = await readStanding(found, context);
  const byName = new Map(standings.map((standing) => [standing.name, standing]));
  const nodes: GraphNode[] = [];
  for (const job of found.run.jobs) {
    const standing = byName.get(job.name);
    nodes.push(
      nodeOf(job, standing, standing?.status === undefined ? [] : await readLastLines(found, standing.unit, 20)),
    );
  }
  return { title: found.run.id, state, nodes };
}

function nodeOf(job: PlannedJob, standing: Standing | undefined, log: readonly string[]): GraphNode {
  const { status } = standing ?? {};
  return {
    name: job.name,
    kind: job.kind,
    needs: job.needs,
    asks: asksOf(job),
    state: standing?.state,
    took: status === undefined ? undefined : formatSeconds(Math.max(0, status.changed - status.started)),
    why: standing?.why,
    log,
  };
}

function asksOf({ kind, cores, bytes, gpus, multinode, array }: PlannedJob): string {
  if (kind !== 'job' && kind !== 'service') return kind;
  return [
    ...(array === undefined ? [] : [`${array.end - array.start + 1} tasks`]),
    ...(multinode === undefined ? [] : [`${multinode.nodes} nodes`]),
    `${cores} core${cores === 1 ? '' : 's'}`,
    ...(bytes === undefined ? [] : [`${Math.round(bytes / 1e7) / 100} GB`]),
    ...(gpus === 0 ? [] : [`${gpus} GPU${gpus === 1 ? '' : 's'}`]),
  ].join(', ');
}
