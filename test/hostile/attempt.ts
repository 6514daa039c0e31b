import { copyFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import { normalizeEasyconfig } from '../../src/easyconfig/normalize.ts';
import { parseEasyconfig } from '../../src/easyconfig/parse.ts';
import { replaceTemplates } from '../../src/easyconfig/templates.ts';
import type { Issue } from '../../src/easyconfig/types.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';
import type { PlanInputs } from '../../src/plan/plan-inputs.ts';
import { planInstall } from '../../src/plan/plan-install.ts';
import type { Plan } from '../../src/plan/types.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import type { ResolvedInstall } from '../../src/resolve/types.ts';
import { namesOfScripts } from '../../src/scripts/names.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder, type Site } from '../apply/install-support.ts';
import { inputs } from '../plan/support.ts';
import { settingsOf } from '../resolve/support.ts';

/** What became of a recipe: refused before anything was planned, or planned, and then done or not. */
export type Attempt = Refused | Planned;

export interface Refused {
  readonly kind: 'refused';
  readonly by: 'parse' | 'resolve';
  readonly issues: readonly Issue[];
}

export interface Planned {
  readonly kind: 'planned';
  readonly plan: Plan;
  /** What was reported while it was done. */
  readonly titles: readonly string[];
  /** What the fake runtime was asked. */
  readonly log: string;
  /** Why it was not done, if it was not. */
  readonly failure: CtinstallError | undefined;
  /** A text of the recipe with its templates replaced. */
  readonly fill: (text: string) => string;
}

/** What came of plans that were done, by what is {@link done} in them. */
const outcomes = new Map<string, Pick<Planned, 'failure' | 'titles' | 'log'>>();

/** A text of an easyconfig → parse → resolve → plan → apply, with the fake runtime, under the prefix of the site. */
export async function attempt(text: string, site: Site): Promise<Attempt> {
  const parsed = parseEasyconfig(text);
  if (parsed.easyconfig === undefined) return { kind: 'refused', by: 'parse', issues: parsed.issues };
  const { easyconfig: written, yaml } = parsed;
  const settings = settingsOf({ bind_groups: { filesystems: ['/scratch'] }, env_sets: { ordinary: {} } }, site.prefix);
  const resolved = resolveInstall(normalizeEasyconfig(written), settings, {
    runtime: join(site.root, 'runtime'),
    scripts: { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') },
  });
  if (resolved.install === undefined) {
    const placed = resolved.issues.map(({ path, message, hint }) => ({ message, hint, place: yaml.placeOf(path) }));
    return { kind: 'refused', by: 'resolve', issues: placed };
  }
  const { install } = resolved;
  const whole = planInstall(install, {
    ...inputs,
    image: imageOf(install, site),
    base: hostPath(site.root),
    easyconfigText: text,
    requirements: requirementsOf(install),
    fileTexts: Object.fromEntries(install.files.map(({ path }) => [path, 'from beside\n'])),
  });
  // Most of the time would go into the files that show whether there is room.
  const steps = whole.steps.map((step) => (step.kind === 'reserve-room' ? { ...step, files: 3 } : step));
  const plan = { ...whole, steps };
  const key = done(plan);
  const outcome = outcomes.get(key) ?? (await apply(plan, site));
  outcomes.set(key, outcome);
  return { kind: 'planned', plan, ...outcome, fill: filling(install) };
}

/** A plan without what its files hold: that is written as it stands, whatever it is, so plans that differ there are done once. */
function done(plan: Plan): string {
  const steps = plan.steps.map((step) => {
    if (step.kind === 'write-record') return { kind: step.kind };
    return step.kind === 'write-file' || step.kind === 'write-modulefile' ? { ...step, content: '' } : step;
  });
  return JSON.stringify({ ...plan, steps });
}

/** As they are read, but for paths. */
function requirementsOf({ venv }: ResolvedInstall): PlanInputs['requirements'] {
  if (venv?.requirements?.kind !== 'list') return undefined;
  const text = venv.requirements.lines.map((line) => `${line}\n`).join('');
  return { text, options: venv.pipOptions, paths: [], uv: undefined };
}

async function apply(plan: Plan, site: Site): Promise<Pick<Planned, 'failure' | 'titles' | 'log'>> {
  const { events, report } = makeRecorder();
  // Builds have tests of their own: here an image comes of them.
  const buildImage = ({ to }: { readonly to: string }): Promise<void> =>
    Promise.resolve(copyFileSync(join(site.root, 'images', 'image.sif'), to));
  const options = { environment: site.environment, reporter: { report }, waits: true, buildImage };
  rmSync(site.log, { force: true });
  const failure = await withInstallLock(plan, options, () => applyPlan(plan, options)).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof CtinstallError) return error;
      throw error;
    },
  );
  const log = existsSync(site.log) ? readFileSync(site.log, 'utf8') : '';
  return { failure, titles: events.flatMap((event) => ('title' in event ? [event.title] : [])), log };
}

function imageOf({ image, build }: ResolvedInstall, { root }: Site): PlanInputs['image'] {
  if (build !== undefined) return { kind: 'build', build, inputs: {}, on: hostPath(root) };
  if (image?.source !== undefined) return { kind: 'source', source: image.source };
  const path = hostPath(join(root, 'images', 'image.sif'));
  const { size, mtimeMs } = statSync(path);
  return { kind: 'file', path, size, mtimeMs, how: '--image' };
}

function filling({ name, version, fullVersion, installDir }: ResolvedInstall): (text: string) => string {
  const versionsuffix = fullVersion.slice(version.length);
  return (text) => replaceTemplates(text, { name, version, versionsuffix, installdir: installDir });
}
