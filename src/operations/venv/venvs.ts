import {
  isDirectory,
  isFile,
  listDirectory,
  lstatIfThere,
  makeDirectory,
  readTextIfThere,
  removeEmptyDirectory,
  removeFile,
  removeTree,
  writeFileWhole,
} from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { RunInContainerStep } from '../../plan/steps/run-in-container.ts';
import { type RunContext, runInContainer } from '../../runtime/run-in-container.ts';

/*
 * Virtual environments of user software, `user-software/venv/<name>`. Their paths are in them, so that they are made in
 * place: a file beside one says for that time that it is incomplete. Those that users made themselves have none.
 */

export interface Venv {
  readonly name: string;
  /** Not, if its making or its removal was stopped. */
  readonly isWhole: boolean;
}

/** Those of user software that is not packed, by name. */
export async function listVenvs(installDir: HostPath): Promise<Venv[]> {
  const directory = venvsOf(installDir);
  if (!(await isDirectory(directory))) return [];
  const entries = (await listDirectory(directory)).map(({ name }) => name).filter((name) => !name.startsWith('.'));
  const venvs: Venv[] = [];
  for (const name of entries.sort()) {
    const isMarked = (await lstatIfThere(markOf(installDir, name))) !== undefined;
    if (isMarked || (await isFile(joinHost(directory, name, 'pyvenv.cfg')))) venvs.push({ name, isWhole: !isMarked });
  }
  return venvs;
}

/** The file that says that a virtual environment is incomplete; while it is made it holds the requirements. */
export function markOf(installDir: HostPath, name: string): HostPath {
  return joinHost(venvsOf(installDir), `.${name}.incomplete`);
}

/** What a virtual environment was made of, so that the same command again finds it done. */
function noteOf(installDir: HostPath, name: string): HostPath {
  return joinHost(venvsOf(installDir), `.${name}.made-of`);
}

/**
 * Makes a virtual environment by steps; to be called with the lock of the user software. After a failure, and in the place
 * of one that was stopped, there is none. Says whether it made it: not where it is there, made of the same.
 * @throws CtinstallError `usage` where there is another of this name
 */
export async function createVenv(
  { installDir, name, requirements, madeOf, steps }: VenvWork & NewVenv,
  context: RunContext,
): Promise<boolean> {
  const mark = markOf(installDir, name);
  const directory = joinHost(venvsOf(installDir), name);
  if ((await lstatIfThere(mark)) !== undefined) await removeTree(directory);
  else if ((await readTextIfThere(noteOf(installDir, name))) === madeOf && (await isDirectory(directory))) return false;
  else if ((await lstatIfThere(directory)) !== undefined)
    throw new CtinstallError('usage', `there is a virtual environment \`${name}\` already`, {
      hint: 'choose another name, or remove that one: ctinstall venv remove',
    });
  await makeDirectory(venvsOf(installDir));
  await writeFileWhole(mark, requirements, 0o644);
  try {
    for (const step of steps) await runIn(step, context);
  } catch (error) {
    await removeTree(directory);
    await removeFile(mark);
    throw error;
  }
  await writeFileWhole(noteOf(installDir, name), madeOf, 0o644);
  await removeFile(mark);
  return true;
}

interface NewVenv {
  readonly requirements: string;
  /** All that tells it from another of that name. */
  readonly madeOf: string;
  readonly steps: readonly RunInContainerStep[];
}

/** Removes one; stopped half way, it is incomplete. @throws CtinstallError `not-installed` where there is none */
export async function removeVenv({ installDir, name }: VenvWork): Promise<void> {
  const venvs = await listVenvs(installDir);
  if (!venvs.some((venv) => venv.name === name))
    throw new CtinstallError('not-installed', `there is no virtual environment \`${name}\``, {
      hint: `there are: ${venvs.map((venv) => formatLine(venv.name)).join(', ') || 'none'}`,
    });
  await writeFileWhole(markOf(installDir, name), '', 0o644);
  await removeTree(joinHost(venvsOf(installDir), name));
  await removeFile(noteOf(installDir, name));
  await removeFile(markOf(installDir, name));
}

interface VenvWork {
  readonly installDir: HostPath;
  readonly name: string;
}

/** Runs a step that is no part of an install; gives back what it printed. */
export async function runIn(step: RunInContainerStep, context: RunContext): Promise<string> {
  // An install would take the directory around it for what a stopped run left.
  return runInContainer(step, context).finally(() => removeEmptyDirectory(hostPath('..', step.work)));
}

function venvsOf(installDir: HostPath): HostPath {
  return joinHost(installDir, 'user-software', 'venv');
}
