import { parseExplicitList } from '../../conda/lock.ts';
import type { CondaPackage } from '../../conda/types.ts';
import { ask } from '../../discover/machine.ts';
import { lstatIfThere, readText, statIfThere, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { run, runOrFail } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { Base } from './base.ts';
import { compileModules } from './compile-modules.ts';
import { createCondaEnvironment } from './conda/create-environment.ts';
import { readBuildRecords } from './read-record.ts';
import type { BuildInput } from './types.ts';

export interface CondaOptions {
  /** An environment file or a lock. */
  readonly asked: string;
  readonly base: Base;
  /** Program; undefined where there is none: then the libc of the image is not known. */
  readonly runtime: string | undefined;
  readonly layer: HostPath;
  readonly own: string;
  readonly cache: HostPath;
  /** Whether the packages of a conda environment that the base has from an earlier build are kept. */
  readonly keepsPackages: boolean;
  /** A directory of its own. */
  readonly work: HostPath;
}

export interface CondaMade {
  readonly input: BuildInput;
  /** Requirements of `pip:` sections. */
  readonly pip: readonly string[];
  /** Of the newest file: byte code of the packages counts on it. Seconds since 1970 UTC. */
  readonly newest: number;
  readonly lock: string;
}

export const condaPlatforms = { amd64: 'linux-64', arm64: 'linux-aarch64' } as const;

/** Makes a conda environment in the layer, without conda. */
export async function addConda(options: CondaOptions, context: Context): Promise<CondaMade> {
  const { asked, base, runtime, layer, own, cache, keepsPackages } = options;
  const file = hostPath(asked, context.cwd);
  if ((await statIfThere(file))?.isFile() !== true)
    throw new CtinstallError('usage', `there is no file \`${file}\``, {
      hint: 'name an `environment.yml` or a lock with `--conda <file>`',
    });
  const { architecture } = base.image.rootFileSystem;
  const platform = architecture === 'arm64' || architecture === 'amd64' ? condaPlatforms[architecture] : undefined;
  if (platform === undefined)
    throw new CtinstallError(
      'image-architecture',
      `there are no conda packages for \`${base.path}\`: it is for ${architecture}`,
    );
  const path = `/${own}/conda`;
  const directory = joinHost(layer, own, 'conda');
  const glibc = await askGlibc(base.path, runtime, context);
  const kept = keepsPackages ? await readKept(options, context) : [];
  const request = { file, directory, prefix: path, cache, platform, glibc, kept };
  const made = await createCondaEnvironment(request, context);
  await writeFileWhole(joinHost(layer, own, 'conda-lock.txt'), made.lock, 0o644);
  const newest = await findNewest(directory, context);
  await compileModules({ image: base.path, runtime, layer, own, work: options.work }, context);
  return {
    input: {
      kind: 'conda',
      from: [asked],
      path,
      packages: made.packages.map(({ name, version, build }) => `${name}=${version}=${build}`),
      sha256: { [asked]: await hashFile(file, context.signal) },
    },
    pip: made.pip,
    newest,
    lock: made.lock,
  };
}

/** What the newest conda environment of an image consists of, by the list that the build left in it. */
async function readKept(
  { base, work }: CondaOptions,
  { environment, signal }: Context,
): Promise<readonly CondaPackage[]> {
  const records = await readBuildRecords(base.path, base.image);
  const record = records.find(({ inputs }) => inputs.some(({ kind }) => kind === 'conda'));
  const { directory = '' } = record ?? {};
  if (!/^\/ctinstall(-\d+)?$/.test(directory)) return [];
  const to = joinHost(work, 'kept');
  const list = `${directory.slice(1)}/conda-lock.txt`;
  const offset = String(base.image.rootFileSystem.offset);
  const flags = ['-q', '-n', '-no-xattrs', '-no-wild', '-d', to, '-o', offset];
  await run(['unsquashfs', ...flags, base.path, list], { env: environment, signal });
  const place = joinHost(to, list);
  if ((await lstatIfThere(place))?.isFile() !== true)
    throw new CtinstallError('image-invalid', `\`${base.path}\` has no list of its conda packages any more`, {
      hint: 'build it from its base, with all packages in one environment file',
    });
  return parseExplicitList(await readText(place)).packages;
}

async function askGlibc(image: HostPath, runtime: string | undefined, context: Context): Promise<string | undefined> {
  if (runtime === undefined) return undefined;
  const machine = { environment: context.environment, root: hostPath('/'), signal: context.signal };
  const answer = await ask([runtime, 'exec', '--cleanenv', image, 'getconf', 'GNU_LIBC_VERSION'], machine);
  return answer.kind === 'answered' ? /^glibc (\d+\.\d+)/m.exec(answer.stdout)?.[1] : undefined;
}

async function findNewest(directory: HostPath, { environment, signal }: Context): Promise<number> {
  const argv = ['find', directory, '-printf', '%T@\\n'] as const;
  const { stdout } = await runOrFail(argv, { env: environment, signal }, 'looking at the conda environment');
  return stdout.split('\n').reduce((newest, line) => Math.max(newest, Math.floor(Number(line))), 0);
}
