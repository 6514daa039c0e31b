import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How a job, or a task of an array of jobs, stands. */
export interface JobState {
  /** Slurm's word: `COMPLETED`, `TIMEOUT`. */
  readonly state: string;
  readonly hasEnded: boolean;
  /** As a shell would say it: 128 and the signal where it was ended by one; 1 where Slurm ended it well before its end. */
  readonly status: number;
  /** Where its output goes; undefined where Slurm does not say it yet. */
  readonly output: string | undefined;
  /** How often Slurm has put it into the queue again, as it does when a node fails. */
  readonly restarts: number;
  /** Its number in the array, or the numbers of those that wait: `3`, `4-9%2`; undefined where it is no array. */
  readonly task: string | undefined;
}

/**
 * One for each task of an array. Without accounting Slurm forgets a job some minutes after its end (`MinJobAge`): none are given
 * then. Undefined where it does not answer.
 */
export async function readJobStates(id: string, environment: Environment): Promise<JobState[] | undefined> {
  const scontrol = await lookUpProgram('scontrol', environment.PATH);
  if (scontrol === undefined) throw new CtinstallError('slurm-missing', 'there is no `scontrol` on PATH');
  const { exitCode, stdout, stderr } = await run([scontrol, '--oneliner', 'show', 'job', id], { env: environment });
  if (exitCode === 0) return stdout.split('\n').flatMap(parseJob);
  return /invalid job id/i.test(`${stdout}${stderr}`) ? [] : undefined;
}

const running =
  /^(PENDING|RUNNING|CONFIGURING|COMPLETING|SUSPENDED|STOPPED|RESIZING|SIGNALING|STAGE_OUT|REQUEU|SPECIAL)/;

/** Reads a line of `scontrol --oneliner show job`: `JobId=17 … JobState=FAILED … ExitCode=3:0 … StdOut=/a/slurm-17.out`. */
export function parseJob(line: string): JobState[] {
  const state = /\bJobState=(\w+)/.exec(line)?.[1];
  if (state === undefined) return [];
  const [, code = '0', signal = '0'] = /\bExitCode=(\d+):(\d+)/.exec(line) ?? [];
  const ended = Number(code) || (signal === '0' ? 0 : 128 + Number(signal));
  return [
    {
      state,
      hasEnded: !running.test(state),
      status: ended === 0 && state !== 'COMPLETED' ? 1 : ended,
      restarts: Number(/\bRestarts=(\d+)/.exec(line)?.[1] ?? 0),
      task: /\bArrayTaskId=(\S+)/.exec(line)?.[1],
      output: /\bStdOut=(.*?)(?: Power=| MailUser=| TresPer\w+=| NtasksPer\w+=|\s*$)/.exec(line)?.[1],
    },
  ];
}

/** What an end other than a good one means to who wrote the job; undefined where the status says it all. */
export function explainEnd(state: string | undefined, status: number): string | undefined {
  if (state === undefined) return 'Slurm knows it no more: its accounting may (`sacct`)';
  const meaning = meanings[state];
  if (meaning !== undefined) return meaning;
  const signal = signals[status - 128];
  return signal === undefined ? undefined : `a task was ended by SIG${signal}`;
}

const meanings: Readonly<Record<string, string>> = {
  TIMEOUT: 'its time was up: `--time` asks for more',
  DEADLINE: 'it could not end before its deadline',
  CANCELLED: 'it was cancelled',
  NODE_FAIL: 'a node failed: send it again',
  OUT_OF_MEMORY: 'it had too little memory: `--slurm-option mem=…` asks for more',
  PREEMPTED: 'another job was given its nodes: send it again',
  BOOT_FAIL: 'a node did not start: send it again',
};

/** Those that end a task, by their numbers on Linux. 9 is most often the kernel's, where memory ran out. */
const signals: Readonly<Record<number, string>> = {
  6: 'ABRT',
  7: 'BUS',
  8: 'FPE',
  9: 'KILL, as is done where memory runs out',
  11: 'SEGV',
  15: 'TERM, as all are when one fails: see the output',
};
