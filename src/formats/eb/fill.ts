import type { Value } from './values.ts';

/** The templates of EasyBuild that are known before an install, by name. */
export function templatesOf({
  name,
  version,
  versionsuffix,
  account,
}: {
  name: string;
  version: string;
  versionsuffix: string;
  /** Of GitHub. */
  account: string | undefined;
}): Readonly<Record<string, string>> {
  const [major = '', minor, patch] = version.split('.');
  const first = {
    name,
    version,
    versionprefix: '',
    namelower: name.toLowerCase(),
    nameletter: name.charAt(0),
    nameletterlower: name.charAt(0).toLowerCase(),
    version_major: major,
    ...(minor === undefined ? {} : { version_minor: minor, version_major_minor: `${major}.${minor}` }),
    ...(patch === undefined ? {} : { version_patch: patch }),
    toolchain_name: 'system',
    toolchain_version: 'system',
    arch: 'x86_64',
    ...(account === undefined ? {} : { github_account: account }),
  };
  return { ...first, versionsuffix: fillAll(versionsuffix, first) };
}

/** The templates in a value that only EasyBuild itself fills in, when it installs, with their lines. */
export function unknownTemplates(
  value: Value,
  templates: Readonly<Record<string, string>>,
): { readonly name: string; readonly line: number }[] {
  if (value.kind === 'list') return value.items.flatMap((item) => unknownTemplates(item, templates));
  if (value.kind === 'dict') return value.entries.flatMap((entry) => unknownTemplates(entry.value, templates));
  if (value.kind !== 'text') return [];
  const names = Array.from(value.text.matchAll(/(?<!%)%\((\w+)\)s/g), ([, name = '']) => name);
  return names
    .filter((name) => !Object.hasOwn(templates, name) && !['installdir', 'builddir', 'start_dir'].includes(name))
    .map((name) => ({ name, line: value.line }));
}

const template = /%\((\w+)\)s/g;

/** All templates of a text, where it must stand as it is. */
export function fillAll(text: string, templates: Readonly<Record<string, string>>): string {
  return text.replace(template, (whole, name: string) =>
    Object.hasOwn(templates, name) ? (templates[name] ?? '') : whole,
  );
}

/**
 * The same for a text of an easyconfig: `%(installdir)s` is kept, which both know, and a `%` that would be taken for a
 * template is written so that it stands for itself.
 */
export function fillForEasyconfig(text: string, templates: Readonly<Record<string, string>>): string {
  return text.replace(/%%(?=%*\(\w+\)s)|%\(([^()%]*)\)s|%%/g, (whole, name?: string) => {
    if (whole === '%%') return '%%%%';
    if (name === undefined) return whole;
    if (name === 'installdir') return whole;
    return Object.hasOwn(templates, name) ? (templates[name] ?? '') : `%${whole}`;
  });
}

/** Fills in all texts that a value holds. */
export function mapTexts(value: Value, change: (text: string) => string): Value {
  if (value.kind === 'text') return { ...value, text: change(value.text) };
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => mapTexts(item, change)) };
  if (value.kind !== 'dict') return value;
  return {
    ...value,
    entries: value.entries.map((entry) => ({ ...entry, key: change(entry.key), value: mapTexts(entry.value, change) })),
  };
}
