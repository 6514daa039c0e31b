import { lookUpProgram } from '../host/look-up.ts';
import { withTemporaryDirectory, writeTree } from '../host/temporary.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import { ask, type Machine, textOf } from './machine.ts';

const tools = ['mksquashfs', 'unsquashfs'] as const;
const compressors = ['zstd', 'gzip', 'lz4', 'xz'] as const;

/** The programs that pack and unpack user software, and what they can compress with: found out by packing nothing. */
export async function checkSquashfsTools(machine: Machine): Promise<Finding> {
  const what = 'squashfs tools';
  const hint = 'load a module with squashfs-tools, or ask your support team: without them nothing can be packed';
  const paths = await Promise.all(tools.map((tool) => lookUpProgram(tool, machine.environment.PATH)));
  const absent = tools.filter((_, index) => paths[index] === undefined);
  if (absent.length > 0)
    return missingThing(
      what,
      absent.map((tool) => `\`${tool}\` on PATH`),
      { hint },
    );
  const versions = await Promise.all(tools.map((tool) => askVersion(tool, machine)));
  const where = paths.flatMap((path) => (path === undefined ? [] : [`\`${path}\``]));
  const broken = tools.filter((_, index) => versions[index] === undefined);
  if (broken.length > 0)
    return unusableThing(what, `${broken.map((tool) => `\`${tool}\``).join(' and ')} does not start`, where, { hint });
  const named = [...new Set(versions)].join(' and ');
  const able = await findCompressors(machine);
  const value = `${named}, with ${able.length === 0 ? 'no compressor that works' : able.join(', ')}`;
  if (able.length === 0) return unusableThing(what, value, where, { hint });
  return foundThing(what, value, where, {
    hint: able.includes('zstd')
      ? undefined
      : 'squashfs-tools from 4.4 on can pack with zstd, which is several times as fast',
  });
}

async function askVersion(tool: string, machine: Machine): Promise<string | undefined> {
  const [, version] = / version (\d[\w.-]*)/.exec(textOf(await ask([tool, '-version'], machine))) ?? [];
  return version;
}

async function findCompressors(machine: Machine): Promise<string[]> {
  try {
    return await withTemporaryDirectory(machine.environment.TMPDIR || '/tmp', async (directory) => {
      await writeTree(directory, { directories: ['empty'], empty: [], copies: [] });
      const works = await Promise.all(compressors.map((compressor) => canPackWith(compressor, directory, machine)));
      return compressors.filter((_, index) => works[index]);
    });
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
    return [];
  }
}

async function canPackWith(compressor: string, directory: string, machine: Machine): Promise<boolean> {
  const [from, to] = [`${directory}/empty`, `${directory}/${compressor}`];
  const argv = ['mksquashfs', from, to, '-comp', compressor, '-noappend', '-no-progress'] as const;
  // With an epoch of the session some versions refuse other options.
  const answer = await ask(argv, machine, { environment: { SOURCE_DATE_EPOCH: undefined } });
  return answer.kind === 'answered' && answer.exitCode === 0;
}
