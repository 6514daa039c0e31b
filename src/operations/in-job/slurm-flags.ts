import { CtinstallError } from '../../lib/errors.ts';
import type { SlurmSettings } from '../../settings/types.ts';
import { slurm as slurmSchema } from '../../settings/value-schemas.ts';

export interface SlurmFlags {
  readonly slurm?: boolean;
  readonly partition?: string;
  readonly account?: string;
  readonly time?: string;
  readonly slurmOption?: readonly string[];
}

/**
 * What `srun` is given: the settings, and the flags on top; undefined without `--slurm`.
 * @throws CtinstallError `usage` for a value that `srun` does not take, or a flag that does nothing without `--slurm`
 */
export function readSlurmFlags(flags: SlurmFlags, settings: SlurmSettings): SlurmSettings | undefined {
  const { partition, account, time, slurmOption = [] } = flags;
  if (flags.slurm !== true) {
    if (partition ?? account ?? time ?? slurmOption[0])
      throw new CtinstallError('usage', '`--partition`, `--account`, `--time` and `--slurm-option` are for a job', {
        hint: 'add `--slurm`',
      });
    return undefined;
  }
  const given = slurmSchema.safeParse({ partition, account, time, options: [...slurmOption] });
  if (!given.success) {
    const [issue] = given.error.issues;
    const [key = ''] = issue?.path ?? [];
    const flag = key === 'options' ? '--slurm-option' : `--${String(key)}`;
    throw new CtinstallError('usage', `\`${flag}\` ${issue?.message}`);
  }
  return {
    partition: partition ?? settings.partition,
    account: account ?? settings.account,
    time: time ?? settings.time,
    options: [...settings.options, ...slurmOption],
  };
}
