import { formatValue } from '../../lib/format.ts';

/** `1GB`, `0.5GiB`, `512mib`, `4096`: the number of bytes; undefined where it is no size. Units come in any case. */
export function parseSize(text: string): number | undefined {
  const [, number = '', prefix = '', binary] =
    /^(\d+(?:\.\d+)?|\.\d+)\s*([kmgtpe]?)(i?)b?$/.exec(text.trim().toLowerCase()) ?? [];
  if (number === '' || (binary === 'i' && prefix === '')) return undefined;
  const power = ['', 'k', 'm', 'g', 't', 'p', 'e'].indexOf(prefix);
  const bytes = Math.ceil(Number(number) * (binary === 'i' ? 1024 : 1000) ** power);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** A duration as Go writes it (`30m`, `8h0m0s`, `1.5h`), in whole seconds, rounded up; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^\+?(\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/.test(text)) return undefined;
  let seconds = 0;
  let rest = text.replace(/^\+/, '');
  while (rest !== '') {
    const [part = '', number, unit = ''] = /^(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/.exec(rest) ?? [];
    if (part === '') return undefined;
    seconds += Number(number) * (unitSeconds[unit] ?? 0);
    rest = rest.slice(part.length);
  }
  const whole = Math.ceil(seconds - 1e-6);
  return Number.isSafeInteger(whole) && whole > 0 ? whole : undefined;
}

/** Where a `file://` URI of a volume leads below its root, or what is wrong with it. */
export function parseVolumeUri(uri: string): { readonly path: string } | { readonly fault: string } {
  const [, path] = /^file:\/\/\/?(.*)$/.exec(uri) ?? [];
  if (path === undefined) return { fault: 'must begin with `file://`: it is a path in the volume' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { fault: 'leads out of the volume' };
  if (parts.length === 0) return { fault: 'names no file' };
  return { path: parts.join('/') };
}

/** `secret://user/NAME`: the name; undefined where it is no secret. */
export function parseSecretUri(text: string): string | undefined {
  return /^secret:\/\/(?:user|account|group|organization|cluster)\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/.exec(text)?.[1];
}

/** `NAME=value`; a value may hold anything but NUL. */
export function parseVariable(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name = '', value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text) ?? [];
  return name === '' || value.includes('\0') ? undefined : { name, value };
}

/** Says what is wrong with an absolute path in a container, or undefined. Commas and colons would divide a bind. */
export function describeBadPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must be an absolute path';
  if (path.split('/').includes('..')) return 'must not hold `..`';
  if (/[\p{Cc}\p{Cs}]/u.test(path)) return `is \`${formatValue(path)}\`, which holds a control character`;
  return /[,:\\"]/.test(path) ? 'must not hold `,`, `:`, `\\` or `"`, which a bind cannot name' : undefined;
}
