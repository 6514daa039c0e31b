import { basename, dirname } from 'node:path';
import { describeBadBindPath } from '../../easyconfig/rules.ts';
import { isDirectory, isFile, realPath } from '../../host/files.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { containerPath, hostPath } from '../../lib/paths.ts';
import { condaMark, condaPrograms } from '../../plan/plan-conda.ts';
import type { MakeCondaStep } from '../../plan/steps/make-conda.ts';
import type { Bind } from '../../resolve/types.ts';
import { type RunContext, runInContainer } from '../../runtime/run-in-container.ts';
import type { StepDoer } from '../types.ts';

export const makeConda: StepDoer<'make-conda'> = {
  apply: async (step, { environment, signal, log, makeCondaEnvironment }) => {
    const context = { environment, signal, log };
    const program = await findProgram(step, context);
    if (program !== undefined) return createEnvironment(step, program, context);
    if (makeCondaEnvironment === undefined)
      throw new RangeError('a plan with a conda environment, and nothing that makes it');
    await makeCondaEnvironment(step, context);
  },
};

interface CondaProgram {
  /** As it is called in the container. */
  readonly path: string;
  readonly binds: readonly Bind[];
}

/** The program that the easyconfig names, or else the image's own, or else the host's. @throws CtinstallError where the one that is named is not there */
async function findProgram({ conda, look }: MakeCondaStep, context: RunContext): Promise<CondaProgram | undefined> {
  if (conda.program !== undefined) return useOfHost(conda.program);
  return (await findInImage(look, context)) ?? (await findOnHost(context));
}

/** @throws CtinstallError `command-failed` */
async function createEnvironment(
  { conda, run }: MakeCondaStep,
  program: CondaProgram,
  context: RunContext,
): Promise<void> {
  const isMicro = /micromamba/.test(basename(program.path));
  const command = isMicro || conda.isExplicit ? ['create', '--yes'] : ['env', 'create'];
  const network = Object.entries(context.environment).flatMap(([name, value]) =>
    /^(https?|all|no)_proxy$/i.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  await runInContainer(
    {
      ...run,
      binds: [...run.binds, ...program.binds],
      environment: { ...run.environment, ...Object.fromEntries(network) },
      argv: [program.path, ...command, '--prefix', conda.prefix, '--file', conda.file],
    },
    context,
  );
}

async function findInImage(look: MakeCondaStep['look'], context: RunContext): Promise<CondaProgram | undefined> {
  const said = await runInContainer(look, context);
  const paths = said.split('\n').flatMap((line) => {
    const [mark, path = ''] = line.split('\t');
    return mark === condaMark ? [path] : [];
  });
  return paths[0] === undefined ? undefined : { path: paths[0], binds: [] };
}

async function findOnHost({ environment }: RunContext): Promise<CondaProgram | undefined> {
  for (const name of [environment.CONDA_EXE, environment.MAMBA_EXE, ...condaPrograms]) {
    const path = name === undefined ? undefined : await lookUpProgram(name, environment.PATH);
    if (path !== undefined) return useOfHost(path);
  }
  return undefined;
}

/** A conda needs all that it lies in, at its own path; a program that is one file comes alone. */
async function useOfHost(program: string): Promise<CondaProgram> {
  if (!(await isFile(program)))
    throw new CtinstallError('filesystem', `there is no conda at \`${program}\``, {
      hint: 'name the file of conda, mamba or micromamba: `--conda-program <file>`, or `program:` under `python.conda`',
    });
  const path = await realPath(program);
  const root = dirname(dirname(path));
  const whole = await isDirectory(`${root}/conda-meta`);
  const host = whole ? root : path;
  const bad = describeBadBindPath(host);
  if (bad !== undefined)
    throw new CtinstallError('filesystem', `\`${host}\` cannot be shown in the container: it ${bad}`, {
      hint: 'put conda elsewhere',
    });
  const container = whole ? root : `/ctinstall-conda/${basename(path)}`;
  return {
    path: whole ? path : container,
    binds: [
      { host: hostPath(host), container: containerPath(container), access: 'ro', optional: false, origin: 'conda' },
    ],
  };
}
