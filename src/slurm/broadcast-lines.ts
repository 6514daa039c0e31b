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
 * start any more. It is there, and has made the directory, before anything is copied: what would be copied after it has removed
 * that directory finds no place. Nobody else can have put a file there, where the directory above is everybody's.
 */
export function broadcastLines({ directory, variables, memory }: Broadcast): string[] {
  return [
    '# A copy of the image on each node, for all its tasks. It is removed when the job ends, also when it is cancelled.',
    ...(memory === undefined
      ? []
      : [`# ${directory} is memory here: the copies take ${formatBytes(memory)} of what the job has on each node.`]),
    `copies=${directory}/ctinstall-$SLURM_JOB_ID`,
    'on_each_node=(srun --overlap --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1)',
    `coproc keeper { "\${on_each_node[@]}" bash -c '`,
    '  trap "rm -rf $1; exit" TERM',
    '  is_own() { [[ -d $1 && -O $1 && ! -L $1 ]]; }',
    '  if is_own "$1" || mkdir -m 700 "$1" || is_own "$1"; then echo ready; read -r _; rm -rf "$1"',
    `  else echo failed; fi' keeper "$copies"; }`,
    `said=\${keeper[0]} input=\${keeper[1]} keeper_id=$keeper_PID`,
    // This node's own too, should that step not have come about.
    `trap 'exec {input}>&-; rm -rf "$copies"; wait "$keeper_id"' EXIT`,
    'for ((node = 0; node < SLURM_JOB_NUM_NODES; node++)); do',
    `  read -r word <&"$said" && [[ $word == ready ]] || { echo "error: $copies cannot be made on each node" >&2; exit 1; }`,
    'done',
    '# By a step where sbcast is not for users.',
    `put() { sbcast --force "$1" "$2" || "\${on_each_node[@]}" bash -c 'cat "$1" >"$2"' put "$1" "$2" || {`,
    `  echo "error: $1 could not be put into ${directory} of each node: is there room?" >&2; exit 1; }; }`,
    'put "$SIF" "$copies/image.sif"',
    `export ${variables.map((variable) => `${variable}="$copies/image.sif"`).join(' ')}`,
    'packed=$CONTAINERROOT/user-software.squashfs',
    'if [[ -f $packed ]]; then',
    '  put "$packed" "$copies/user-software.squashfs"',
    ...['SINGULARITY_BIND', 'APPTAINER_BIND'].map(
      (name) => `  export ${name}="\${${name}/"$packed:"/"$copies/user-software.squashfs:"}"`,
    ),
    'fi',
  ];
}
