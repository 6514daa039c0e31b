import type { FileCopy, Stage } from '../../../formats/definition/types.ts';
import { expandPattern, isPattern } from '../../../host/expand-pattern.ts';
import { lstatIfThere, statIfThere } from '../../../host/files.ts';
import { resolveInRoot } from '../../../host/resolve-in-root.ts';
import { runOrFail } from '../../../host/run.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatValue } from '../../../lib/format.ts';
import { type HostPath, hostPath } from '../../../lib/paths.ts';
import type { Context } from '../../context.ts';
import { withUmask } from './guest.ts';

export const startOfPaths = 'a relative path begins in the current directory, not in that of the definition file';

/** `cp` makes no directories above its target; after the directory, its own words follow. */
const copyScript = 'mkdir -p -- "$1" && shift && exec cp "$@"';

/** `%files`: links of this machine are followed, as the runtimes do; those of another stage are copied. */
export async function copyStageFiles(
  { files }: Stage,
  root: HostPath,
  stages: ReadonlyMap<string, HostPath>,
  context: Context,
): Promise<void> {
  const { cwd, environment, signal } = context;
  for (const file of files) {
    const from = file.stage === undefined ? undefined : stages.get(file.stage);
    const sources = await sourcesOf(file, from, cwd);
    for (const [source, named] of sources) {
      const wanted = file.to === '' ? named : file.to;
      const to = await resolveInRoot(root, wanted);
      // Several go into one directory.
      const isInto = wanted.endsWith('/') || (file.to !== '' && sources.size > 1);
      const directory = isInto ? to : hostPath('..', to);
      // What is a link there is replaced: it may lead out of the tree.
      const how = ['--remove-destination', from === undefined ? '-fLr' : '-fdr'];
      const argv = ['/bin/sh', '-c', copyScript, 'sh', directory, ...how, '--', source, to] as const;
      await runOrFail(withUmask(argv), { env: environment, signal }, `copying \`${formatValue(named)}\``);
    }
  }
}

/** What is to be copied, with its path as if it had been named: a pattern stands for all that fit. */
async function sourcesOf(
  file: FileCopy,
  stage: HostPath | undefined,
  cwd: HostPath,
): Promise<ReadonlyMap<HostPath, string>> {
  const root = stage ?? hostPath('/');
  const path = stage === undefined ? hostPath(file.source, cwd) : file.source;
  const named = stage === undefined ? hostPath(file.source, cwd) : await resolveInRoot(root, file.source);
  // A file may be called like a pattern.
  const isThere = (await (stage === undefined ? statIfThere : lstatIfThere)(named)) !== undefined;
  if (isThere) return new Map([[named, file.source]]);
  const found = isPattern(file.source) ? await expandPattern(root, path) : [];
  if (found.length === 0) throw missing(file, named);
  const start = stage === undefined ? 0 : root.length;
  return new Map(found.map((each) => [each, each.slice(start)]));
}

/** Files of this machine that `%files` names: told of before the long work, all at once. @throws CtinstallError `definition-invalid` */
export async function requireFiles(files: readonly FileCopy[], cwd: HostPath): Promise<void> {
  const faults: CtinstallError[] = [];
  for (const file of files) {
    if (file.stage !== undefined) continue;
    await sourcesOf(file, undefined, cwd).catch((error: unknown) => {
      if (!(error instanceof CtinstallError) || error.code !== 'definition-invalid') throw error;
      faults.push(error);
    });
  }
  const [first, ...more] = faults;
  if (first === undefined) return;
  if (more.length === 0) throw first;
  throw new CtinstallError('definition-invalid', `${faults.length} files of \`%files\` are not there`, {
    details: faults.map(({ message }) => `  ${message}`),
    hint: first.hint,
  });
}

function missing({ source, stage, place }: FileCopy, path: HostPath): CtinstallError {
  const what =
    stage === undefined ? `there is no \`${path}\`` : `the stage \`${stage}\` has no \`${formatValue(source)}\``;
  return new CtinstallError('definition-invalid', `line ${place.line}: ${what}`, {
    hint: isPattern(source) ? 'nothing fits the pattern' : stage === undefined ? startOfPaths : undefined,
  });
}
