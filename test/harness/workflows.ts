import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from './sandbox.ts';

/** What `ctinstall workflow describe --json` prints, as far as tests look at it. */
export interface Described {
  readonly state: string;
  readonly note?: string;
  readonly jobs: readonly {
    readonly name: string;
    readonly state: string;
    readonly why?: string;
    readonly slurmIds: string[];
  }[];
}

type Environment = Parameters<Sandbox['succeed']>[1];

/** How long a job may take to come to a state, in milliseconds. */
const patience = 60_000;

/** For tests that follow workflows; `environment` is that of the commands, such as the one of a Slurm. */
export function followWorkflows(environment?: Environment) {
  async function described({ succeed }: Sandbox, id: string): Promise<Described> {
    return JSON.parse(await succeed(`ctinstall workflow describe --json ${id}`, environment));
  }

  /** The state of each job by its name; that of the workflow is the one of no name. */
  async function statesOf(sandbox: Sandbox, id: string): Promise<Record<string, string>> {
    const { state, jobs } = await described(sandbox, id);
    return Object.fromEntries([['', state], ...jobs.map((job) => [job.name, job.state])]);
  }

  async function waitFor(sandbox: Sandbox, id: string, job: string, state: string): Promise<void> {
    const deadline = performance.now() + patience;
    while ((await statesOf(sandbox, id))[job] !== state) {
      if (performance.now() > deadline)
        throw new Error(`${job} of ${id} is not ${state}: ${JSON.stringify(await described(sandbox, id))}`);
      await sleep(300);
    }
  }

  return { described, statesOf, waitFor };
}
