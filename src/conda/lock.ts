import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { withoutSecrets } from './channels.ts';
import { packageOfUrl } from './package-url.ts';
import type { CondaPackage, CondaPlatform } from './types.ts';

export interface ParsedLock {
  readonly packages: readonly CondaPackage[];
  readonly pip: readonly string[];
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

/** Whether a text is a list as `conda list --explicit` prints it. */
export function isExplicitList(text: string): boolean {
  return /^@EXPLICIT\s*$/m.test(text);
}

/** Whether a text is what conda-lock writes. */
export function isCondaLock(text: string): boolean {
  return /^package:\s*$/m.test(text) && /^metadata:\s*$/m.test(text);
}

export function parseExplicitList(text: string): ParsedLock {
  const packages: CondaPackage[] = [];
  const faults: { line: number; message: string }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const written = line.trim();
    if (written === '' || written.startsWith('#') || written === '@EXPLICIT') continue;
    const found = packageOfUrl(written);
    if (found === undefined) faults.push({ line: index + 1, message: 'is not the URL of a package, with its hash' });
    else packages.push(found);
  }
  return { packages, pip: [], faults };
}

/** The packages of one platform of a `conda-lock.yml` (form 1). */
export function parseCondaLock(text: string, platform: CondaPlatform): ParsedLock {
  const { yaml, issues } = parsePlacedYaml(text);
  if (yaml === undefined)
    return { packages: [], pip: [], faults: issues.map(({ message, place }) => ({ line: place.line, message })) };
  const listed = asMap(yaml.value).package;
  const packages: CondaPackage[] = [];
  const pip: string[] = [];
  const faults: { line: number; message: string }[] = [];
  for (const [index, each] of (Array.isArray(listed) ? listed : []).entries()) {
    const { platform: of, manager, url, hash, name, version } = asMap(each);
    if (of !== platform) continue;
    const { sha256, md5 } = asMap(hash);
    const found = packageOfUrl(`${String(url)}#${String(sha256 ?? md5 ?? '')}`);
    if (manager === 'pip') pip.push(pipLineOf(String(name), String(version), sha256));
    else if (found === undefined)
      faults.push({ line: yaml.placeOf(['package', index]).line, message: 'has no URL of a package, or no hash' });
    else packages.push({ ...found, ...(typeof md5 === 'string' ? { md5 } : {}) });
  }
  if (packages.length === 0 && faults.length === 0)
    faults.push({ line: 1, message: `has no packages for ${platform}` });
  return { packages, pip, faults };
}

function pipLineOf(name: string, version: string, sha256: unknown): string {
  return `${name}==${version}${typeof sha256 === 'string' ? ` --hash=sha256:${sha256}` : ''}`;
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The list of packages that conda and mamba take as well; in the order of the URLs. */
export function renderLock(packages: readonly CondaPackage[], platform: CondaPlatform): string {
  const lines = packages.map(({ url, sha256, md5 }) => `${withoutSecrets(url)}#${sha256 ?? md5 ?? ''}`).toSorted();
  return `# platform: ${platform}\n@EXPLICIT\n${lines.join('\n')}\n`;
}
