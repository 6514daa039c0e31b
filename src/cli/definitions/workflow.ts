import type { Command } from 'commander';
import {
  addOutputOptions,
  addValue,
  type Define,
  defineCommand,
  document,
  type Example,
  settingsFlags,
} from '../define.ts';

export const defineWorkflow: Define = (program, context) => {
  const workflow = defineCommand(program, {
    name: 'workflow',
    description: 'run workflows of container jobs (Fuzzfiles), with Slurm or on this machine',
    settings: ['prefix', 'runtime'],
    examples: [
      ['ctinstall workflow validate my.fz', 'all faults of a Fuzzfile, each at its line'],
      ['ctinstall workflow start --watch my.fz', 'run it, and see how it goes'],
      ['ctinstall workflow describe my-1', 'how each job stands, and why'],
    ],
  })
    .enablePositionalOptions(false)
    .helpCommand(false);
  const add = addTo(workflow);

  add('validate', 'say what is wrong with a Fuzzfile', [['ctinstall workflow validate my.fz', '']])
    .argument('<fuzzfile>', 'the file of a workflow')
    .option('--set <name=value>', 'of a template: value (repeatable)', addValue)
    .option('--values <file>', 'of a template: its values; default: values.yaml beside it')
    .action(async (file: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/validate.ts')).validate(file, flags, settingsFlags(flags), context);
    });

  add('start', 'run a Fuzzfile', [
    ['ctinstall workflow start my.fz', 'images first, then all jobs at once'],
    ['ctinstall workflow start --dry-run my.fz', 'print the scripts of the jobs'],
    ['ctinstall workflow start --engine local --detach my.fz', 'on this machine, in the background'],
  ])
    .argument('<fuzzfile>', 'the file of a workflow')
    .option('--set <name=value>', 'of a template: value (repeatable)', addValue)
    .option('--values <file>', 'of a template: its values; default: values.yaml beside it')
    .option('--dry-run', 'print the scripts of the jobs, and do nothing')
    .option('--watch', 'show a table of the jobs until they have ended')
    .option('--engine <engine>', '`slurm` (default where it is there) or `local`')
    .option('--detach', 'local: come back at once')
    .option('--pull', 'bring images again that are here')
    .option('--secret <name=@file>', 'value of a secret, from a file (repeatable)', addValue)
    .action(async (file: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/start.ts')).start(file, flags, settingsFlags(flags), context);
    });

  add('list', 'say which workflows there are', [['ctinstall workflow list', '']]).action(async (_, command: Command) =>
    (await import('../commands/workflow/list.ts')).list(settingsFlags(command.optsWithGlobals()), context),
  );

  add('describe', 'say how each job of a workflow stands, and why', [
    ['ctinstall workflow describe my-1', ''],
    ['ctinstall workflow describe --watch my-1', 'until it has ended'],
  ])
    .argument('<id>', 'as `ctinstall workflow list` shows it')
    .option('--watch', 'show it until it has ended')
    .action(async (id: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/describe.ts')).describe(id, flags, settingsFlags(flags), context);
    });

  add('log', 'print what a job has printed', [
    ['ctinstall workflow log my-1 train', ''],
    ['ctinstall workflow log -f my-1 train.3', 'of a task of an array, as it comes'],
  ])
    .argument('<id>', 'as `ctinstall workflow list` shows it')
    .argument('<job>', 'its name; with `.N` the task N of an array')
    .option('-f, --follow', 'go on printing until the job has ended')
    .action(async (id: string, job: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/log.ts')).log({ ...flags, id, job }, settingsFlags(flags), context);
    });

  add('stop', 'end all jobs of a workflow', [['ctinstall workflow stop my-1', '']])
    .argument('<id>', 'as `ctinstall workflow list` shows it')
    .action(async (id: string, _, command: Command) =>
      (await import('../commands/workflow/stop.ts')).stop(id, settingsFlags(command.optsWithGlobals()), context),
    );

  add('resume', 'run again what failed or never ran, and what depends on it', [['ctinstall workflow resume my-1', '']])
    .argument('<id>', 'as `ctinstall workflow list` shows it')
    .option('--watch', 'show a table of the jobs until they have ended')
    .option('--detach', 'local: come back at once')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (id: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/resume.ts')).resume(id, flags, settingsFlags(flags), context);
    });

  add('exec', 'run a command beside a job, in a container like its own', [
    ['ctinstall workflow exec my-1 train -- nvidia-smi', 'on the node of the job'],
  ])
    .argument('<id>', 'as `ctinstall workflow list` shows it')
    .argument('<job>', 'its name; with `.N` the task N of an array')
    .action(async (id: string, job: string, _, command: Command) =>
      (await import('../commands/workflow/exec.ts')).exec(id, job, settingsFlags(command.optsWithGlobals()), context),
    );

  add('graph', 'draw which job waits for which', [
    ['ctinstall workflow graph my.fz', 'as text'],
    ['ctinstall workflow graph --html my-1 >my.html', 'of a run, with states, times and logs'],
  ])
    .argument('<what>', 'Fuzzfile, or the id of a workflow')
    .option('--set <name=value>', 'of a template: value (repeatable)', addValue)
    .option('--values <file>', 'of a template: its values; default: values.yaml beside it')
    .option('--svg', 'print an SVG')
    .option('--html', 'print a page without outside resources')
    .action(async (what: string, _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/graph.ts')).graph(what, flags, settingsFlags(flags), context);
    });

  add('clean', 'remove workflows that have ended, with their logs and ephemeral volumes', [
    ['ctinstall workflow clean', 'those that ended well'],
    ['ctinstall workflow clean my-1', 'this one'],
  ])
    .argument('[id...]', 'those to remove; all that ended well if none is named')
    .option('--all', 'those that failed or were stopped too')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (ids: string[], _, command: Command) => {
      const flags = command.optsWithGlobals();
      await (await import('../commands/workflow/clean.ts')).clean(ids, flags, settingsFlags(flags), context);
    });

  workflow
    .command('engine', { hidden: true })
    .argument('<directory>')
    .action(async (directory: string) => (await import('../commands/workflow/engine.ts')).engine(directory, context));
};

function addTo(workflow: Command) {
  return (name: string, description: string, examples: readonly Example[]): Command => {
    const made = addOutputOptions(workflow.command(name).description(description));
    document(made, { examples });
    return made;
  };
}
