import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import type { Found } from '../lib/found.ts';
import type { MountProbe, MountWay } from './mount-probe.ts';
import type { Runtime } from './runtime.ts';

const flavours = { apptainer: 'Apptainer', 'singularity-ce': 'SingularityCE', singularity: 'Singularity' } as const;

/** The container runtime as a line of `ctinstall check`. */
export function checkRuntime(runtime: Found<Runtime>): Finding {
  if (runtime.kind === 'missing')
    return missingThing('container runtime', runtime.tried, {
      hint: 'load its module (`module spider singularity`), or name it with `--runtime <program>`',
      stopsInstalls: true,
    });
  const { flavour, version, path } = runtime.value;
  return foundThing('container runtime', `${flavours[flavour]} ${version ?? 'of unknown version'}`, [
    `\`${path}\``,
    runtime.how,
  ]);
}

/** Whether the runtime starts an image, and whether it can mount packed user software: two lines. */
export function checkMounts(probe: MountProbe): Finding[] {
  const [starts, mounts] = ['starting an image', 'mounting user software'];
  if (probe.kind === 'impossible')
    return [
      missingThing(starts, ['a tiny image made here'], {
        value: `not tried: ${probe.why}`,
        hint: 'install squashfs-tools, which make the image that is tried',
      }),
    ];
  const how = ['a tiny image made here'];
  const said = probe.said === undefined ? [] : [`the runtime said: ${probe.said}`];
  if (probe.image === undefined)
    return [unusableThing(starts, 'fails', [...how, ...said], { hint: hintOf(probe.said ?? ''), stopsInstalls: true })];
  const image =
    probe.image === 'unpacked'
      ? unusableThing(starts, 'works, but unpacks the image each time', how, {
          hint: 'an image of some GB takes minutes to start: ask your support team for FUSE or a setuid runtime',
        })
      : foundThing(starts, `works${byWhom(probe.image)}`, how);
  const packed =
    probe.packed === undefined
      ? unusableThing(mounts, 'this runtime cannot mount a squashfs as a bind', [...how, ...said], {
          hint: 'do not pack: a module with user software as a directory works',
        })
      : probe.packed.compressor === 'zstd'
        ? foundThing(mounts, `works${byWhom(probe.packed.way)}, packed with zstd`, how)
        : foundThing(mounts, `works${byWhom(probe.packed.way)}, but not when packed with zstd`, [...how, ...said], {
            hint: 'pack with gzip: `export CTINSTALL_SQUASHFS_COMPRESSION=gzip`',
          });
  return [image, packed];
}

function byWhom(way: MountWay): string {
  switch (way) {
    case 'kernel':
      return ', mounted by the kernel';
    case 'fuse':
      return ', mounted through FUSE';
    default:
      return '';
  }
}

function hintOf(said: string): string {
  if (/fuse/i.test(said)) return 'the runtime cannot use /dev/fuse on this node: ask your support team';
  if (/user namespace|operation not permitted/i.test(said))
    return 'this node does not allow unprivileged containers: ask your support team';
  return 'ask your support team, with these lines; or try another node';
}
