import { formatBytes } from '../lib/format.ts';

/** Where an image is put on each node, and the variables that name it. */
export interface Broadcast {
  /** Of each node's own: `/tmp`. */
  readonly directory: string;
  /** `SIF`, `SIFPYTORCH` */
  readonly variables: readonly string[];
  /** How much of its memory a node keeps the copies in; undefined where it has a disk for them. */
  readonly memory: number | undefined;
}

/**
 * Lines of a job script that put the image and packed user software of the loaded module on each node. What removes them is a
 * step that waits for the end of its input, or for a signal: when the job is cancelled, or its time is up, no other step could
 * start any more.
 */
export function broadcastLines({ directory, variables, memory }: Broadcast): string[] {
  return [
    '# A copy of the image on each node, for all its tasks. It is removed when the job ends, also when it is cancelled.',
    ...(memory === undefined
      ? []
      : [`# ${directory} is memory here: the copies take ${formatBytes(memory)} of what the job has on each node.`]),
    `copy=${directory}/ctinstall-$SLURM_JOB_ID`,
    'on_each_node=(srun --overlap --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1)',
    `coproc keeper { "\${on_each_node[@]}" bash -c "trap : TERM; cat; rm -f $copy.sif $copy.squashfs"; }`,
    // This node's own too, should that step not have come about.
    `trap 'exec {keeper[1]}>&-; wait "$keeper_PID"; rm -f $copy.sif $copy.squashfs' EXIT`,
    '# By a step where sbcast is not for users.',
    `put() { sbcast --force "$1" "$2" || "\${on_each_node[@]}" bash -c 'cat "$1" >"$2"' put "$1" "$2" || {`,
    `  echo "error: $1 could not be put into ${directory} of each node: is there room?" >&2; exit 1; }; }`,
    'put "$SIF" "$copy.sif"',
    `export ${variables.map((variable) => `${variable}="$copy.sif"`).join(' ')}`,
    'packed=$CONTAINERROOT/user-software.squashfs',
    'if [[ -f $packed ]]; then',
    '  put "$packed" "$copy.squashfs"',
    ...['SINGULARITY_BIND', 'APPTAINER_BIND'].map(
      (name) => `  export ${name}="\${${name}/"$packed:"/"$copy.squashfs:"}"`,
    ),
    'fi',
  ];
}
