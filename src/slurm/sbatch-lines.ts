/** What a job asks of Slurm. */
export interface SlurmRequest {
  readonly jobName: string;
  readonly directory: string;
  /** Below the directory. */
  readonly log: string;
  readonly cores: number;
  readonly bytes: number | undefined;
  readonly isByCore: boolean;
  readonly seconds: number | undefined;
  readonly multinode: { readonly nodes: number; readonly perNode: number; readonly implementation: string } | undefined;
  readonly gpus: number;
  readonly gpuModel: string | undefined;
  readonly sockets: number | undefined;
  readonly hasThreads: boolean | undefined;
  readonly isExclusive: boolean;
  readonly isRequeued: boolean;
  readonly partition: string | undefined;
  readonly account: string | undefined;
  /** Further options without their dashes: `qos=debug`. */
  readonly options: readonly string[];
}

/**
 * The options of a job, as `#SBATCH` lines hold them. Nothing of the environment of who submits it comes along.
 */
export function renderSbatch(request: SlurmRequest): string[] {
  const { multinode, bytes } = request;
  const flag = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${quoteSbatch(String(value))}`];
  const layout =
    multinode === undefined
      ? ['--nodes=1', '--ntasks=1', `--cpus-per-task=${request.cores}`]
      : [
          `--nodes=${multinode.nodes}`,
          `--ntasks-per-node=${multinode.implementation === 'generic' ? 1 : multinode.perNode}`,
          `--cpus-per-task=${multinode.implementation === 'generic' ? request.cores : Math.max(1, Math.floor(request.cores / multinode.perNode))}`,
        ];
  const megabytes = bytes === undefined ? undefined : Math.ceil(bytes / 2 ** 20);
  return [
    ...flag('job-name', request.jobName),
    ...layout,
    ...(megabytes === undefined ? [] : [`--${request.isByCore ? 'mem-per-cpu' : 'mem'}=${megabytes}M`]),
    ...(request.seconds === undefined ? [] : [`--time=${formatTime(request.seconds)}`]),
    ...(request.gpus === 0
      ? []
      : [
          `--gpus-per-node=${request.gpuModel === undefined ? '' : `${request.gpuModel.toLowerCase()}:`}${request.gpus}`,
        ]),
    ...flag('sockets-per-node', request.sockets),
    ...(request.hasThreads === false ? ['--hint=nomultithread'] : []),
    ...(request.isExclusive ? ['--exclusive'] : []),
    ...flag('partition', request.partition),
    ...flag('account', request.account),
    ...flag('chdir', request.directory),
    ...flag('output', request.log),
    '--open-mode=append',
    '--export=NIL',
    request.isRequeued ? '--requeue' : '--no-requeue',
    ...request.options.map(renderOption),
  ];
}

/** An option without its dashes, such as `qos=debug`, as a line of the script holds it. */
export function renderOption(option: string): string {
  const [, name = option, value] = /^([^=]*)=(.*)$/.exec(option) ?? [];
  return value === undefined ? `--${name}` : `--${name}=${quoteSbatch(value)}`;
}

/** Slurm knows whole minutes: the script itself keeps the seconds. */
function formatTime(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${days > 0 ? `${days}-` : ''}${two(hours)}:${two(minutes % 60)}:00`;
}

/** As sbatch reads the line: blanks part words, and quotes and `\` keep them together. */
function quoteSbatch(value: string): string {
  return /^[\w@%+:,./=-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
