import { makeDirectory, removeTree } from '../../host/files.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { freeRoom, writeEmptyFiles } from '../../host/room.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { ReserveRoomStep } from '../../plan/steps/reserve-room.ts';
import type { StepDoer } from '../types.ts';

export const reserveRoomStep: StepDoer<'reserve-room'> = { apply: reserveRoom };

export interface ReserveOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out whether there is room, before anything of size is written: what the file system says is free, then what it
 * grants. A quota shows only there: `fallocate` asks for the bytes, empty files for the files, and both are given back at
 * once. (A file system that cannot reserve, such as NFS before 4.2, shows a quota when it is used up.)
 * @throws CtinstallError `no-space`
 */
export async function reserveRoom(step: ReserveRoomStep, options: ReserveOptions): Promise<void> {
  const free = await freeRoom(step.directory);
  if (free.bytes !== undefined && free.bytes < step.bytes)
    throw noRoom(step, `only ${formatBytes(free.bytes)} are free`);
  if (free.files !== undefined && free.files < step.files)
    throw noRoom(step, `only ${free.files} more files fit there`);
  const room = joinHost(step.directory, 'room');
  await makeDirectory(room);
  try {
    await reserveBytes(step, joinHost(room, 'bytes'), options);
    await writeEmptyFiles(room, step.files);
  } finally {
    await removeTree(room);
  }
}

async function reserveBytes(step: ReserveRoomStep, file: string, { environment, signal }: ReserveOptions) {
  const program = await lookUpProgram('fallocate', environment.PATH);
  if (program === undefined || step.bytes === 0) return;
  const env = { ...environment, LC_ALL: 'C' };
  const { exitCode, stderr } = await run([program, '--length', String(step.bytes), file], { env, signal });
  if (exitCode === 0) return;
  if (/quota exceeded/i.test(stderr)) throw noRoom(step, 'your quota there does not allow it');
  if (/no space left/i.test(stderr)) throw noRoom(step, 'the file system does not grant it');
}

function noRoom({ bytes, files, directory }: ReserveRoomStep, why: string): CtinstallError {
  const needs = bytes === 0 ? `about ${files} files` : `${formatBytes(bytes)} for the image and about ${files} files`;
  return new CtinstallError('no-space', `the install needs ${needs} in \`${directory}\`, but ${why}`, {
    hint: 'free some space or files, use the central image (`--image-mode central`), or install elsewhere with `--prefix <dir>`',
  });
}
