import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asPrefix, type HostPath, hostPath, type Prefix } from '../../src/lib/paths.ts';
import type { PlanInputs } from '../../src/plan/plan-inputs.ts';
import { planInstall } from '../../src/plan/plan-install.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { ReportEvent } from '../../src/report/types.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import { inputs } from '../plan/support.ts';
import { easyconfigOf, facts, settingsOf } from '../resolve/support.ts';

/**
 * Stands for the container runtime: notes what it is asked, makes the venv that it is asked to make, notes of which image
 * the install is on `make it`, adds user software on `add data`, and fails on a command that holds $FAIL_ON.
 */
const fakeRuntime = `#!/bin/bash
{
  printf '%q ' "$@"; printf '\\nBIND=%s\\n' "\${SINGULARITY_BIND-}"
  for name in "\${!SINGULARITY@}" "\${!APPTAINER@}"; do printf '%s=%s\\n' "$name" "\${!name}"; done
} >>"$FAKE_LOG"
if [[ -n \${FAIL_ON-} && "$*" == *"$FAIL_ON"* ]]; then
  echo 'it does not work' >&2
  exit 5
fi
# The place on the host of what is last bound to a place that ends so.
place_of() { local bind; for bind in "\${binds[@]}"; do [[ $bind == *"$1" ]] && place=\${bind%%:*}; done; [[ -n $place ]]; }
IFS=, read -ra binds <<<"\${SINGULARITY_BIND-}"
if [[ "$*" == *'make it'* ]] && place_of /software/demo/1.0-x; then
  mkdir -p "$place/share" && cat "$place/demo.sif" >"$place/share/made"
fi
if [[ "$*" == *'add data'* ]] && place_of :/user-software; then echo data >"$place/data"; fi
for bind in "\${binds[@]}"; do
  if [[ $bind == *:/user-software && "$*" == */make-venv* ]]; then
    mkdir -p "\${bind%:/user-software}/venv/torch/bin" && echo python >"\${bind%:/user-software}/venv/torch/bin/python"
  fi
done
exit 0
`;

export interface Site {
  readonly root: string;
  readonly prefix: Prefix;
  /** What the fake runtime was asked. */
  readonly log: string;
  readonly environment: Record<string, string | undefined>;
  readonly remove: () => void;
}

/**
 * Temporary directories with a prefix to be (there is nothing yet), an image and a fake runtime. `isInMemory` puts the
 * prefix where nothing waits for a disk, if this machine has such a place: for tests that install hundreds of times.
 */
export function makeSite({ isInMemory = false } = {}): Site {
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-apply-'));
  mkdirSync(join(root, 'images'));
  writeFileSync(join(root, 'runtime'), fakeRuntime);
  chmodSync(join(root, 'runtime'), 0o755);
  const around = isInMemory ? makeInMemory() : root;
  const log = join(root, 'runtime.log');
  return {
    root,
    prefix: asPrefix(hostPath(join(around, 'prefix'))),
    log,
    environment: { PATH: process.env.PATH, FAKE_LOG: log },
    remove: () => {
      for (const directory of new Set([root, around])) rmSync(directory, { recursive: true });
    },
  };
}

function makeInMemory(): string {
  try {
    return mkdtempSync('/dev/shm/ctinstall-apply-');
  } catch {
    return mkdtempSync(join(tmpdir(), 'ctinstall-apply-'));
  }
}

/** A plan whose image holds `image`, for the easyconfig demo 1.0-x with `more`. */
export function sitePlan(
  { root, prefix }: Site,
  {
    image,
    more = everyStep,
    sha256,
    settings = {},
    ...changed
  }: { image: string; more?: string; sha256?: string; settings?: SettingsValues } & Partial<Omit<PlanInputs, 'image'>>,
): Plan {
  const path = hostPath(join(root, 'images', 'source.sif'));
  writeFileSync(path, image);
  const { install, issues } = resolveInstall(easyconfigOf(more), settingsOf(settings, prefix), {
    ...facts,
    runtime: join(root, 'runtime'),
  });
  if (install?.image === undefined) throw new Error(JSON.stringify(issues));
  const plan = planInstall(
    { ...install, image: { ...install.image, sha256 } },
    { ...inputs, image: imageFile(path), easyconfigText: more, ...changed },
  );
  // Tests that stop at each write would spend most of their time among these.
  const steps = plan.steps.map((step) => (step.kind === 'reserve-room' ? { ...step, files: 3 } : step));
  return { ...plan, steps };
}

function imageFile(path: HostPath): PlanInputs['image'] {
  const { size, mtimeMs } = statSync(path);
  return { kind: 'file', path, size, mtimeMs, how: '--image' };
}

export const everyStep = `runscripts: [conda-python-simple]
wrappers: [start-shell]
python: { venv: { name: torch } }
sanity_check_paths: { files: [bin/start-shell], dirs: [runscripts] }
sanity_check_commands: ["check it"]
`;

/** A reporter that keeps what it is told. */
export function makeRecorder(onEvent: (event: ReportEvent) => void = () => undefined) {
  const events: ReportEvent[] = [];
  const report = (event: ReportEvent): void => {
    events.push(event);
    onEvent(event);
  };
  return { events, report };
}
