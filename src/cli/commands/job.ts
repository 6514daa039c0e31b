import { isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import { type Job, type JobRequest, makeJob, requireCommand, writeJob } from '../../operations/job/job.ts';
import { type EndedJob, waitForJob } from '../../operations/job/wait-for-job.ts';
import type { TaskBinding } from '../../slurm/cpu-binding.ts';
import { sendScript } from '../../slurm/send-script.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

interface PrintFlags {
  readonly showBinding?: boolean;
  readonly output?: string;
  readonly check?: boolean;
  readonly submit?: boolean;
  readonly wait?: boolean;
}

/** `ctinstall job <module> -- <command>`. */
export async function job(
  request: JobRequest & { readonly flags: PrintFlags },
  { isJson, print, write, onStop, ...context }: CommandContext,
): Promise<void> {
  const { output, check, wait, submit = wait, showBinding } = request.flags;
  if (output === undefined && (check === true || submit === true))
    throw new CtinstallError('usage', '`--check`, `--submit` and `--wait` need the script in a file', {
      hint: 'name one with `--output`, such as `--output job.sh`',
    });
  if (showBinding !== true) requireCommand(request);
  const made = await makeJob(request, context);
  if (showBinding === true && !isJson) {
    printBinding(made, request.flags.bind, print);
    return;
  }
  const { script, binding } = made;
  const say = (line: string): void => {
    if (!isJson) print(line);
  };
  const path = output === undefined ? undefined : await writeJob(output, script, context);
  say(path === undefined ? script.trimEnd() : `wrote ${path}`);
  const send = (isTrial: boolean) => sendScript(path ?? '', { isTrial, environment: context.environment });
  const checked = check === true ? await send(true) : undefined;
  if (checked !== undefined) say(checked);
  const submitted = submit === true ? await send(false) : undefined;
  if (submitted !== undefined) say(`job ${submitted}`);
  const ended =
    wait === true && submitted !== undefined
      ? await follow(submitted, { isJson, write, onStop, ...context })
      : undefined;
  if (isJson)
    printDocument(
      'job',
      { script, path, checked, submitted, ended, binding: binding?.tasks.map(jsonOfTask) },
      { print },
    );
  if (ended !== undefined) process.exitCode = ended.status;
}

/** `ctinstall job check <module> -- <command>`, or with a job script in place of the module. */
export async function jobCheck(request: JobRequest, { isJson, print, ...context }: CommandContext): Promise<void> {
  const path = hostPath(request.module, context.cwd);
  const isScript = request.command.length === 0 && (await isFile(path));
  if (!isScript && request.command.length === 0 && /^\.{0,2}\/|\.(sh|bash|sbatch|slurm|job)$/.test(request.module))
    throw new CtinstallError('filesystem', `there is no job script \`${path}\``, {
      hint: 'name a file, or a module and, after `--`, a command',
    });
  const checked = isScript ? { path } : { script: (await makeJob(requireCommand(request), context)).script };
  const { environment } = context;
  const said = await sendScript(checked.path ?? { text: checked.script }, { isTrial: true, environment });
  if (isJson) printDocument('job check', { checked: said, ...checked }, { print });
  else print(`${said}\nSlurm would take it; nothing was sent`);
}

type Following = Omit<CommandContext, 'print' | 'isColoured' | 'isTrace'>;

/** Its output is that of the job; with JSON it stays in its file. */
async function follow(id: string, { isJson, write, onStop, ...context }: Following): Promise<EndedJob> {
  onStop.message = `cancelling job ${id} … (once more to leave it running)`;
  const ended = await waitForJob(id, (piece) => isJson || write(piece), context);
  if (ended.status === 0) return ended;
  const said = ended.state === undefined ? '' : `, Slurm: ${ended.state}`;
  const { reason } = ended;
  const message = `job ${id} ended with exit status ${ended.status}${said}${reason === undefined ? '' : `; ${reason}`}`;
  context.reporter.report({ event: 'note', message });
  return ended;
}

/** `gpu` is there where a task has just one. */
function jsonOfTask({ cores, gpus }: TaskBinding) {
  return { cores, gpus, gpu: gpus.length === 1 ? gpus[0] : undefined };
}

function printBinding({ binding }: Job, isBound: boolean, print: (line: string) => void): void {
  if (!isBound)
    throw new CtinstallError(
      'usage',
      '`--no-bind` leaves it to Slurm which cores a task gets: there is no binding to show',
      {
        hint: 'leave out `--no-bind`, or `--show-binding`',
      },
    );
  if (binding === undefined)
    throw new CtinstallError('usage', 'which nodes the job has is not known: Slurm binds its tasks by itself', {
      hint: 'name their type with `--node-type`: one of the setting `node_types`, or `generic`',
    });
  print(`${binding.type}: tasks of each node`);
  for (const [task, { cores, gpus }] of binding.tasks.entries()) {
    const where = cores.length === 1 ? `core ${cores[0]}` : `cores ${rangesOf(cores)}`;
    print(
      `  task ${task}: ${where}${gpus.length === 0 ? '' : `, GPU${gpus.length === 1 ? '' : 's'} ${rangesOf(gpus)}`}`,
    );
  }
}

function rangesOf(cores: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const core of cores) {
    const last = ranges.at(-1);
    if (last !== undefined && core === last[1] + 1) last[1] = core;
    else ranges.push([core, core]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
