import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatLine, formatValue } from '../lib/format.ts';
import { nearestWords } from '../lib/near.ts';
import { fallbackSite } from './fold.ts';
import { optionKeys, optionTable } from './options.ts';
import type { Overruled, Settings, SettingsLayer } from './types.ts';

/** What a user should know of settings that count for nothing. */
export interface SettingsWarning {
  readonly message: string;
  readonly hint: string;
}

/** What users set in vain in their file or in variables; a flag that does is an error of its own. */
export function warningsOf({ overruled, unset }: Pick<Settings, 'overruled' | 'unset'>): SettingsWarning[] {
  return [
    ...overruled
      .filter(({ isFlag }) => !isFlag)
      .map(({ key, origin, ...forced }) => ({
        message: `\`${origin}\`${isVariable(origin) ? '' : ` sets \`${key}\`, which`} has no effect: ${describeForced(key, forced)}`,
        hint: isVariable(origin)
          ? 'unset the variable'
          : `take it out: ctinstall settings unset ${formatCommand([key])}`,
      })),
    ...unset.map(({ key, origin, text, variable }) => ({
      message: `\`${key}: ${formatValue(text)}\` in \`${origin}\` has no effect: \`${variable}\` ${variable === 'HOME' ? 'names no directory' : 'is not set'}`,
      hint: `set the variable, or take the value out: ctinstall settings unset ${key}`,
    })),
  ];
}

/** Of files that others could change, although nothing in them is refused. */
export function distrustedFiles(layers: readonly SettingsLayer[]): SettingsWarning[] {
  return layers.flatMap(({ origin, distrust }) =>
    distrust === undefined || typeof origin !== 'string'
      ? []
      : [
          {
            message: `others can change your settings in \`${formatLine(origin)}\`: ${distrust.why}`,
            hint: distrust.hint,
          },
        ],
  );
}

/** Variables that are no settings: of scripts and run scripts; and those that ctinstall tells what it starts. */
const otherVariables = [
  ...[
    'SITE_SETTINGS',
    'SITE_PRESETS',
    'RUNTIME_OPTIONS',
    'VENV',
    'PROGRESS',
    'SQUASHFS_COMPRESSION',
    'BASHRC',
    'TASK_GPUS',
  ],
  ...['CONTAINER_ENV_PASS', 'CONTAINER_ENV_DROP', 'MODULE_PATH'],
  ...['COMMAND', 'COMMAND_OUTPUT', 'RESULT', 'HOOK', 'MODULE', 'USER_SOFTWARE'],
];

/** Variables that were meant to set something, by their names, and do not. */
export function findMisspeltVariables(environment: Readonly<Record<string, string | undefined>>): SettingsWarning[] {
  const prefix = 'CTINSTALL_';
  const known = [...optionKeys.map((key) => optionTable[key].environment.slice(prefix.length)), ...otherVariables];
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.includes(name.slice(prefix.length)))
    .map((name) => {
      const [near] = nearestWords(name.slice(prefix.length), known);
      const hint =
        near === undefined
          ? 'no setting has that name: `ctinstall settings` shows all'
          : `did you mean \`${prefix}${near}\`?`;
      return { message: `\`${formatLine(name)}\` has no effect`, hint };
    });
}

/** The error for a flag that sets what the site forces: who types it wants another thing than would be done. */
export function overruledFlag({ key, origin, ...forced }: Overruled): CtinstallError {
  return new CtinstallError('settings-invalid', `\`${origin}\` cannot be used here: ${describeForced(key, forced)}`, {
    hint: 'leave the flag out, or ask your support team',
  });
}

export function describeAmbiguousSite(
  candidates: readonly { readonly value: string; readonly how: string }[],
): SettingsWarning {
  const names = candidates.map(({ value, how }) => `\`${value}\` (${how})`).join(' and ');
  return {
    message: `this machine fits the site presets ${names}; \`generic\` is taken`,
    hint: `choose one: ctinstall settings set site ${candidates[0]?.value ?? fallbackSite}`,
  };
}

function describeForced(key: string, { forcedBy, forcedValue }: Pick<Overruled, 'forcedBy' | 'forcedValue'>): string {
  const value = typeof forcedValue === 'string' ? forcedValue : JSON.stringify(forcedValue);
  return `\`${forcedBy}\` forces \`${key}: ${formatValue(value, 200)}\``;
}

function isVariable(origin: string): boolean {
  return /^[A-Z_]+$/.test(origin);
}
