import {
  loadedAlone,
  type MatrixModule,
  sequencesOfOne,
  sequencesOfThree,
  sequencesOfTwo,
} from './matrix-sequences.ts';
import type { Session } from './module-matrix.ts';
import { type ModulesTool, modulesTools } from './modules-tools.ts';
import type { Sandbox } from './sandbox.ts';

interface InstalledModule extends MatrixModule {
  readonly easyconfig: string;
  /** Made before the install, which leaves user software that is there alone. */
  readonly userSoftware?: string;
}

function module(
  name: string,
  kind: MatrixModule['kind'],
  { more = '', userSoftware = '' }: { more?: string; userSoftware?: string },
): InstalledModule {
  return {
    name,
    kind,
    easyconfig: `name: ${name}\nversion: "1.0"\nimage: { file: tiny.sif }\n${more}`,
    userSoftware,
  };
}

/** They differ in a variable that all have, in one that each has of its own, and inside the container. */
const environment = (name: string): string =>
  `wrappers: [start-shell]\nenv:\n  module: { SHARED: "of ${name}", OF_${name.toUpperCase()}: "yes" }\n  container: { INSIDE: ${name} }\n`;
const withVenv = 'python: { venv: { name: own } }\n';
const venv = 'mkdir -p user-software/venv/own; touch user-software/venv/own/pyvenv.cfg\n';
const packed = 'mkdir -p user-software; mksquashfs user-software user-software.squashfs -quiet -no-progress\n';
const tool = (name: string): string => `wrappers: [ls]\nenv: { module: { OF_${name.toUpperCase()}: "yes" } }\n`;

const plain = module('plain', 'environment', { more: environment('plain') });
const venvs = module('venvs', 'environment', { more: environment('venvs') + withVenv, userSoftware: venv });
const packs = module('packs', 'environment', { more: environment('packs'), userSoftware: packed });
const both = module('both', 'environment', { more: environment('both') + withVenv, userSoftware: venv + packed });
const saw = module('saw', 'tool', { more: tool('saw') });
const axe = module('axe', 'tool', { more: tool('axe') });
const pan = module('pan', 'tool', { more: tool('pan') });
export const modules = [plain, venvs, packs, both, saw, axe, pan];

/** Installs them for a modules tool below a prefix. */
export async function installModules({ succeed, write }: Sandbox, setting: ModulesTool['setting'], prefix: string) {
  for (const { name, easyconfig } of modules) write(`easyconfigs/${name}-1.0.yaml`, easyconfig);
  const prepare = modules.map(
    ({ name, userSoftware }) =>
      `mkdir -p "$CTINSTALL_PREFIX/software/${name}/1.0"; cd "$CTINSTALL_PREFIX/software/${name}/1.0"\n${userSoftware}`,
  );
  await succeed(`${prepare.join('\n')}\ncd ~/easyconfigs; ctinstall --jobs 2 --image-dir "$CT_IMAGES" *.yaml`, {
    CTINSTALL_PREFIX: prefix,
    CTINSTALL_MODULES_TOOL: setting,
  });
}

/** All that the modules may set but `PATH`. */
export const variables = [
  ...['SIF', 'CONTAINERROOT', 'RUNSCRIPTS', 'SHARED'],
  ...modules.flatMap(({ name }) =>
    ['SIF', 'EBROOT', 'EBVERSION', 'RUNSCRIPTS', 'OF_'].map((start) => `${start}${name.toUpperCase()}`),
  ),
  ...[
    '_BIND',
    '_BINDPATH',
    'ENV_PREPEND_PATH',
    'ENV_INSIDE',
    'ENV_VIRTUAL_ENV',
    'ENV_PYTHONNOUSERSITE',
    'ENV_PIP_USER',
    'ENV_PIP_PYTHON',
    'ENV_PYTHONNOUSERSITE',
  ].flatMap((rest) => [`SINGULARITY${rest}`, `APPTAINER${rest}`]),
];

function values(value: (name: string) => string, among = variables): Record<string, string> {
  return Object.fromEntries(among.map((name) => [name, value(name)]));
}

const isOfPaths = (name: string): boolean => /(_BIND|PATH)$/.test(name);
const isEven = (name: string): boolean => variables.indexOf(name) % 2 === 0;
const later = values((name) => `/later/${name}`, variables.filter(isEven));

const users: readonly Omit<Session, 'sequences'>[] = [
  { name: 'nothing earlier', earlier: {}, later },
  {
    name: 'beyond ASCII',
    earlier: values((name) => `/data/äöü/${name}${isOfPaths(name) ? `:/日本/${name}` : ''}`),
    later,
  },
  {
    name: 'quotes and blanks in half of them',
    earlier: values(
      (name) => `it's  "${name}" : x `,
      variables.filter((name) => !isEven(name)),
    ),
    later,
  },
];

/** In such an order that each shell has environments and tools with each user. */
const pairs: readonly (readonly [MatrixModule, MatrixModule])[] = [
  [plain, venvs],
  [both, plain],
  [packs, venvs],
  [saw, both],
  [plain, saw],
  [saw, axe],
];
const triples: readonly (readonly [MatrixModule, MatrixModule, MatrixModule])[] = [
  [saw, axe, pan],
  [plain, venvs, packs],
  [saw, venvs, axe],
  [plain, axe, both],
];

/**
 * What one shell does: each modules tool does every set of modules with every set of values, in one of the shells, and each
 * shell what is done with one module with one set of values, another one than in the tool's other version. With
 * `CTINSTALL_MATRIX=all` each does all of them, which takes five times as long.
 */
export function sessionsFor(tool: ModulesTool, { shell, shells }: { shell: number; shells: number }): Session[] {
  const isAll = process.env.CTINSTALL_MATRIX === 'all';
  return users.map((user, row) => {
    const isHere = (_: unknown, column: number): boolean => isAll || (row + column) % shells === shell;
    const [two, three] = [pairs.filter(isHere), triples.filter(isHere)];
    const isOfOne = (row + shell + modulesTools.indexOf(tool)) % users.length === 0;
    const involved = [...new Set([...two.flat(), ...three.flat()])];
    const sequences = [
      ...involved.flatMap(loadedAlone),
      ...involved.slice(0, isAll ? involved.length : Number(isOfOne)).flatMap(sequencesOfOne),
      ...two.flatMap(([a, b]) => sequencesOfTwo(a, b, tool)),
      ...three.flatMap(([a, b, c]) => sequencesOfThree(a, b, c)),
    ];
    return { ...user, sequences };
  });
}
