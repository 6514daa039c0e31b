import { createHash } from 'node:crypto';
import { schemeOf } from '../../easyconfig/image-source.ts';
import { readRequirementsLine } from '../../easyconfig/requirements.ts';
import type { ImageBuild } from '../../easyconfig/types.ts';
import { expandPattern } from '../../host/expand-pattern.ts';
import { isFile, readText, statIfThere } from '../../host/files.ts';
import { runOrFail } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { BuildInputs } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { findBaseFile } from './base.ts';
import { loadDefinition } from './definition/load-definition.ts';

/**
 * What an image is made of, as far as it can change without the easyconfig: a digest of each input. That of a text is of what
 * is in it; of images and directories, which are large, it is of the names, sizes and times of their files.
 * @throws CtinstallError `filesystem` for what is not there, `definition-invalid`
 */
export async function digestInputs(
  build: ImageBuild,
  { directory, settings }: { readonly directory: HostPath; readonly settings: Settings },
  context: Context,
): Promise<{ readonly inputs: BuildInputs; readonly on: string }> {
  const inputs: Record<string, string> = { build: digestBuild(build) };
  const addText = async (name: string): Promise<void> => {
    const path = hostPath(name, directory);
    for (const [file, text] of await readWithIncluded(path)) inputs[file === path ? name : file] = digest(text);
  };
  const addTree = async (name: string, path: HostPath): Promise<void> => {
    if ((await statIfThere(path)) === undefined) throw missing(name, path);
    inputs[name] = await digestTree(path, context);
  };
  const addFile = async (name: string): Promise<string> => {
    const path = await findBaseFile(name, settings, directory);
    await addTree(name, path);
    return path;
  };
  /** What is there now is not looked at, but for files here. */
  const addAddress = async (address: string): Promise<string> => {
    const [, path] = /^(?:docker-archive|oci):([^:]+)/.exec(address) ?? [];
    if (path === undefined) inputs[address] = digest(address);
    else await addTree(address, hostPath(path, directory));
    return address;
  };
  if (build.kind === 'definition') {
    const path = hostPath(build.definition, directory);
    if (!(await isFile(path))) throw missing(build.definition, path);
    const given = Object.entries(build.buildArgs).map(([name, value]) => `${name}=${value}`);
    const { text, stages } = await loadDefinition(path, given, directory);
    inputs[build.definition] = digest(text);
    for (const { base, files } of stages) {
      if (base.bootstrap === 'localimage') await addTree(base.from, hostPath(base.from, directory));
      for (const { source, stage } of files)
        if (stage === undefined)
          for (const each of await expandPattern(hostPath('/'), hostPath(source, directory))) await addTree(each, each);
    }
    return { inputs, on: path };
  }
  const { file } = build.base;
  const on = schemeOf(file) === undefined ? await addFile(file) : await addAddress(file);
  if (build.kind === 'packages') return { inputs, on };
  if (build.conda !== undefined) await addText(build.conda);
  for (const each of build.pip) if (await isFile(hostPath(each, directory))) await addText(each);
  for (const each of [build.wheels ?? [], build.files.map(({ from }) => from)].flat())
    await addTree(each, hostPath(each, directory));
  return { inputs, on };
}

/** Of what the easyconfig itself says. */
export function digestBuild(build: ImageBuild): string {
  return digest(JSON.stringify(build));
}

/** The inputs that are other than before, by name; undefined where nothing is known of before. */
export function changedInputs(before: BuildInputs | undefined, now: BuildInputs): readonly string[] | undefined {
  if (before === undefined) return undefined;
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => before[name] !== now[name]);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const mostFiles = 100;

/** A requirements file, or an environment file with its `pip:`, and the files that it includes. */
async function readWithIncluded(
  path: HostPath,
  read = new Map<HostPath, string>(),
): Promise<ReadonlyMap<HostPath, string>> {
  if (read.has(path) || read.size >= mostFiles) return read;
  if (!(await isFile(path))) throw missing(path, path);
  const text = await readText(path);
  read.set(path, text);
  for (const line of text.split(/\r?\n/)) {
    // In YAML it is an entry of a list.
    const { kind, before, path: named } = readRequirementsLine(line.replace(/^\s*-\s+(["']?)(-.*)\1\s*$/, '$2'));
    const isConstraint = /^\s*(-c|--constraint)/.test(before);
    if (
      named !== undefined &&
      (kind === 'include' || isConstraint) &&
      (await isFile(hostPath(named, hostPath('..', path))))
    )
      await readWithIncluded(hostPath(named, hostPath('..', path)), read);
  }
  return read;
}

async function digestTree(path: HostPath, { environment, signal }: Context): Promise<string> {
  const argv = ['find', '-H', path, '-printf', '%P\\t%y\\t%s\\t%T@\\t%m\\t%l\\n'] as const;
  const { stdout } = await runOrFail(argv, { env: { ...environment, LC_ALL: 'C' }, signal }, 'looking at the inputs');
  // A directory's own size and time say nothing that the names in it do not.
  const lines = stdout.split('\n').map((line) => line.replace(/\td\t\d+\t[\d.]+\t/, '\td\t'));
  return digest(lines.toSorted().join('\n'));
}

function missing(name: string, path: HostPath): CtinstallError {
  return new CtinstallError('filesystem', `\`${formatValue(path)}\` is not there, of which the image is to be built`, {
    hint: `put it there, or fix \`build\` in the easyconfig, which names \`${formatValue(name)}\``,
  });
}
