import { parse } from 'yaml';

/** A value as YAML in one line: `[/a, { host: /b, access: ro }]`. What is not plain words is quoted. */
export function renderYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, part]) => `${renderYaml(key)}: ${renderYaml(part)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[\w/~$.+@%=-]+$/.test(value) && !/^[@%-]/.test(value) && parse(value) === value;
  return isPlain ? value : JSON.stringify(value);
}
