/** Lmod's own bookkeeping, which differs after load and unload. */
const bookkeeping = /^(__LMOD|_LMFILES_|_ModuleTable|LMOD_|LOADEDMODULES$|_$|SHLVL$|BASH_FUNC_)/;

/** Reads `env -0` output into a map, without what Lmod keeps for itself. */
export function parseEnvironment(text: string): Record<string, string> {
  const pairs = text
    .split('\0')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => !bookkeeping.test(name)));
}
