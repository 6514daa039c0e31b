import type { Command } from 'commander';
import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineJob: Define = (program, context) => {
  const job = defineCommand(program, {
    name: 'job',
    description: 'write a job script of Slurm that runs a command in the container of a module',
    examples: [
      ['ctinstall job PyTorch --gpus-per-node 8 -- python train.py', 'print it'],
      ['ctinstall job PyTorch --nodes 2 --output train.sh -- python train.py', 'write it into a file'],
      ['ctinstall job check PyTorch --nodes 2 -- python train.py', 'ask Slurm whether it would take it'],
      ['ctinstall job PyTorch --output train.sh --submit -- python train.py', 'send it'],
    ],
  })
    .enablePositionalOptions()
    .helpCommand(false);
  addJobOptions(job.argument('<module>', 'such as PyTorch/2.7.1'))
    .option('--show-binding', 'print which task of a node gets which cores and GPU')
    .option('-o, --output <file>', 'write the script to this file')
    .option('--check', 'as `ctinstall job check`, of the file that is written; needs --output')
    .option('--submit', 'send the job; needs --output')
    .option('--wait', 'send it, print its output as it grows, and end with its status; Ctrl-C cancels it')
    .action(async (module: string, command: string[], flags) =>
      (await import('../commands/job.ts')).job({ module, command, flags, settings: settingsFlags(flags) }, context),
    );

  const check = defineCommand(job, {
    name: 'check',
    description: 'ask Slurm whether it would take a job, and send none',
    examples: [
      ['ctinstall job check PyTorch --nodes 2 -- python train.py', 'the script that `ctinstall job` would write'],
      ['ctinstall job check train.sh', 'a script that you have'],
    ],
  });
  addJobOptions(check.argument('<module>', 'such as PyTorch/2.7.1; or a job script')).action(
    async (module: string, command: string[]) => {
      takeFlagsBefore(check);
      const flags = check.opts();
      await (await import('../commands/job.ts')).jobCheck(
        { module, command, flags: check.opts(), settings: settingsFlags(flags) },
        context,
      );
    },
  );
};

function addJobOptions(command: Command): Command {
  return command
    .argument('[command...]', 'what each task runs: after `--`')
    .option('--nodes <n>', 'nodes of the job', '1')
    .option('--gpus-per-node <n>', 'GPUs of each node', '0')
    .option('--ntasks-per-node <n>', 'tasks on each node; default: one for each GPU')
    .option('--time <time>', 'time limit')
    .option('--partition <name>', 'partition; it says which node type the job has')
    .option('--account <name>', 'account')
    .option('--array <numbers>', 'run it once for each number: `0-9`, `1,3%2`')
    .option('--after <job>', 'wait until this job has ended well; repeatable', addValue)
    .option('--slurm-option <option>', 'further option of sbatch, `qos=debug`; repeatable', addValue)
    .option('--node-type <name>', 'of the setting `node_types`, where the partition does not say it; or `generic`')
    .option('--no-bind', 'leave it to Slurm which cores a task gets')
    .showHelpAfterError(
      `
hint: write short options of sbatch out (\`--nodes 2\`), and give its others as
  \`--slurm-option qos=debug\`; flags of what the job runs go after \`--\`:
  ctinstall job PyTorch -- python train.py --lr 1`,
    )
    .option('--broadcast [dir]', 'copy the image to each node first, into a directory of its own; default: /tmp');
}

/** `ctinstall job --nodes 2 check …`: flags before the word `check` are for it too. */
function takeFlagsBefore(check: Command): void {
  const job = check.parent;
  for (const option of check.options) {
    const name = option.attributeName();
    if (job?.getOptionValueSource(name) === 'cli' && check.getOptionValueSource(name) !== 'cli')
      check.setOptionValueWithSource(name, job.getOptionValue(name), 'cli');
  }
}
