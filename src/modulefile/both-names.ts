import { type LuaExpression, type LuaStatement, setRestorably } from '../lmod-lua-writer/index.ts';

/** SingularityCE knows only `SINGULARITY…`, Apptainer prefers `APPTAINER…`: the same value in both serves both silently. */
export function bothNames(rest: string, value: LuaExpression): LuaStatement[] {
  return [setRestorably(`SINGULARITY${rest}`, value), setRestorably(`APPTAINER${rest}`, value)];
}
