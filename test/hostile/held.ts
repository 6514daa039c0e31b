import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { escapeForRuntime } from '../../src/modulefile/container-environment.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { Call } from './evaluate-modulefile.ts';

/** What a recipe has become, for a value to be looked for in. */
export interface Outcome {
  readonly plan: Plan;
  /** What the modulefile does when it is loaded. */
  readonly calls: readonly Call[];
  /** The words that the container runtime was given, one list for each time it was started. */
  readonly argvs: readonly (readonly string[])[];
}

type Held = (value: string, outcome: Outcome) => void;

const called =
  (call: (value: string) => Call): Held =>
  (value, { calls }) =>
    expect(calls).toContainEqual(call(value));

/** A variable whose value ends in `of(value)`, between separators. */
const among =
  (variable: string, of: (value: string) => string): Held =>
  (value, { calls }) => {
    const held = calls.find(([name, first]) => name === 'pushenv' && first === variable)?.[2] ?? '';
    expect(held.split(',')).toContain(of(value));
  };

const inside =
  (variable: string, of: (value: string) => string): Held =>
  (value, { calls }) => {
    for (const prefix of ['SINGULARITYENV_', 'APPTAINERENV_'])
      expect(calls).toContainEqual(['pushenv', `${prefix}${variable}`, escapeForRuntime(of(value))]);
  };

const asCommand: Held = (value, { argvs }) =>
  expect(argvs.map((argv) => argv.slice(-3))).toContainEqual(['sh', '-c', value]);

const inHelp: Held = (value, { calls }) => {
  const help = calls.find(([name]) => name === 'help')?.[1] ?? '';
  expect(help.replace(/^ {4}/gm, '')).toContain(value.trim());
};

/** One word for the shell, evaluated when the function is called. */
const asFunction: Held = (text, { calls }) =>
  expect(calls.find(([call]) => call === 'set_shell_function')?.[2]).toBe(`eval '${text.replaceAll("'", "'\\''")}'`);

const inPlan: Held = (value, { plan }) => expect(textsIn(plan)).toContain(value);

/** A script of ctinstall, or a wrapper of a program. */
const asWrapper: Held = (name, { plan }) =>
  expect(textsIn(plan)).toEqual(expect.arrayContaining([expect.stringMatching(`^(bin/)?${name}$`)]));

const nowhere: Held = () => undefined;

const addedOutside = (how: string): Held => called((path) => [how, 'FUZZED', singleSlashes(path)]);

const addedInside =
  (around: (escaped: string) => string): Held =>
  (path, { calls }) => {
    for (const prefix of ['SINGULARITYENV_', 'APPTAINERENV_'])
      expect(calls).toContainEqual(['pushenv', `${prefix}FUZZED`, around(escapeForRuntime(singleSlashes(path)))]);
  };

/** Where the value of each field must be found, as it stands. A field that is not here must be a text of the plan. */
const places: Readonly<Record<string, Held>> = {
  name: called((name) => ['conflict', name]),
  version: called((version) => ['pushenv', 'EBVERSIONDEMO', version]),
  versionsuffix: called((suffix) => ['whatis', `Version: 1.0${suffix}`]),
  homepage: called((url) => ['whatis', `URL: ${url}`]),
  'whatis[]': called((line) => ['whatis', line]),
  description: inHelp,
  'docurls[]': called((url) => ['whatis', `Documentation: ${url}`]),
  moduleclass: called((word) => ['whatis', `Category: ${word}`]),
  'extensions[]': called((extension) => ['extensions', extension]),
  // Loaded before commands on the host.
  'build_dependencies[]': nowhere,
  'depends_on[]': called((other) => ['depends_on', other]),
  'conflicts[]': (other, { calls }) => expect(calls.find(([name]) => name === 'conflict')).toContain(other),
  family: called((family) => ['family', family]),
  'aliases{}': called((text) => ['set_alias', 'FUZZED', text]),
  'aliases{key}': (alias, { calls }) => expect(calls.find(([name]) => name === 'set_alias')?.[1]).toBe(alias),
  'functions{}': asFunction,
  'functions{key}': (name, { calls }) => expect(calls.find(([call]) => call === 'set_shell_function')?.[1]).toBe(name),
  'functions{}.bash': asFunction,
  'functions{}.csh': (text, { calls }) => expect(calls.find(([call]) => call === 'set_shell_function')?.[3]).toBe(text),
  module_kind: nowhere,
  load_message: called((words) => ['LmodMessage', words.trim()]),
  usage: inHelp,
  examples: inHelp,
  citing: inHelp,
  deprecated: called((why) => ['LmodMessage', `demo/1.0 is deprecated: ${why}`]),
  'image.file': (file, { plan, calls }) =>
    expect(calls).toContainEqual(['pushenv', 'SIF', `${plan.installDir}/${file}`]),
  // Where an image is looked for, and files that are read, before anything is planned.
  'image.directory': nowhere,
  'files[].from': nowhere,
  'files[].mode': nowhere,
  'mpi.replace': nowhere,
  'mpi.never[]': nowhere,
  // One without a slash is given one.
  'build.pip': (path, { plan }) =>
    expect(textsIn(plan).filter((text) => text === path || text === `./${path}`)).not.toEqual([]),
  'build.build_args{key}': (name, { plan }) =>
    expect(plan.steps).toContainEqual(
      expect.objectContaining({ build: expect.objectContaining({ buildArgs: { [name]: 'x' } }) }),
    ),
  'build.way': nowhere,
  'mpi.glibc': nowhere,
  'image.mode': nowhere,
  'image.verify': nowhere,
  'binds[]': among('SINGULARITY_BIND', (path) => `${cleanPath(path)}:${cleanPath(path)}`),
  'binds[].site': nowhere,
  'binds[].host': among('SINGULARITY_BIND', (path) => `${cleanPath(path)}:${cleanPath(path)}`),
  'binds[].container': among('SINGULARITY_BIND', (path) => `/etc:${cleanPath(path)}`),
  'binds[].access': nowhere,
  'binds[].image_src': among('SINGULARITY_BIND', (path) => `image-src=${cleanPath(path)}`),
  'runscripts[]': (script, { plan }) => expect(textsIn(plan)).toContain(`runscripts/${script}`),
  'wrappers[]': asWrapper,
  'wrappers[].name': asWrapper,
  'wrappers[].args[]': (argument, { plan }) => expect(wordsOf('aliases', plan)).toContain(argument),
  'wrappers[].binds[]': (path, { plan }) =>
    expect(wordsOf('aliases', plan)).toEqual(expect.arrayContaining([cleanPath(path), `:${cleanPath(path)}`])),
  'wrappers[].binds[].host': (path, { plan }) => expect(wordsOf('aliases', plan)).toContain(cleanPath(path)),
  'wrappers[].binds[].container': (path, { plan }) => expect(wordsOf('aliases', plan)).toContain(`:${cleanPath(path)}`),
  'wrappers[].binds[].access': nowhere,
  'wrappers[].binds[].image_src': (path, { plan }) =>
    expect(wordsOf('aliases', plan).some((word) => word.endsWith(`:ro,image-src=${cleanPath(path)}`))).toBe(true),
  'wrappers[].from': (path, { plan }) => expect(textsIn(plan)).toContain(cleanPath(path)),
  gpu: nowhere,
  'env_sets[]': nowhere,
  'python.conda_env': inside('WITH_CONDA', (name) => `source /opt/miniconda3/bin/activate ${name}`),
  'python.conda_root': inside('WITH_CONDA', (root) => `source ${cleanPath(root)}/bin/activate base`),
  'python.venv.name': inside('VIRTUAL_ENV', (name) => `/user-software/venv/${name}`),
  // No templates are replaced in them: pip has its own use for `%`.
  'python.venv.requirements[]': nowhere,
  'python.venv.pip_options[]': nowhere,
  // The path of a file, which is read before anything is planned.
  'python.venv.requirements': nowhere,
  'python.venv.installer': nowhere,
  'python.conda.name': inside('CONDA_DEFAULT_ENV', (name) => name),
  'python.conda.file': nowhere,
  'python.conda.program': nowhere,
  'user_software.path': (path, { plan }) => expect(textsIn(plan)).toContain(cleanPath(path)),
  'user_software.from': (path, { plan }) => expect(textsIn(plan)).toContain(cleanPath(path)),
  'env.module{key}': called((name) => ['pushenv', name, 'x']),
  'env.module{}': called((value) => ['pushenv', 'FUZZED', value]),
  'env.container{key}': (name, outcome) => inside(name, () => 'x')(name, outcome),
  'env.container{}': inside('FUZZED', (value) => value),
  'env.module{}.prepend': addedOutside('prepend_path'),
  'env.module{}.prepend[]': addedOutside('prepend_path'),
  'env.module{}.append': addedOutside('append_path'),
  'env.module{}.append[]': addedOutside('append_path'),
  'env.container{}.prepend': addedInside((path) => `${path}\${FUZZED:+:$FUZZED}`),
  'env.container{}.prepend[]': addedInside((path) => `${path}\${FUZZED:+:$FUZZED}`),
  'env.container{}.append': addedInside((path) => `\${FUZZED:+$FUZZED:}${path}`),
  'env.container{}.append[]': addedInside((path) => `\${FUZZED:+$FUZZED:}${path}`),
  'post_install[]': asCommand,
  'post_install[].command': asCommand,
  'sanity_check_commands[]': asCommand,
  'sanity_check_commands[].command': asCommand,
};

/** Says by a failed expectation where a value was not kept as it stands, its templates replaced. */
export function expectHeld(path: string, value: string, outcome: Outcome): void {
  (places[path] ?? inPlan)(value, outcome);
}

/** The words of an array that the wrappers' script holds, as bash reads it. */
function wordsOf(key: string, plan: Plan): string[] {
  const script = plan.steps.find((step) => step.kind === 'write-file' && step.path.endsWith('/bin/in-container'));
  const text = script?.kind === 'write-file' ? script.content : '';
  const line = new RegExp(`^${key}=[^]*? {2}# filled in by ctinstall$`, 'm').exec(text)?.[0] ?? '';
  const said = execFileSync('bash', ['-s'], { input: `${line}\nprintf '%s\\0' "\${${key}[@]}"` }).toString();
  return said.split('\0').slice(0, -1);
}

/** Binds are written with single slashes, and none at the end. */
function cleanPath(path: string): string {
  return path
    .replace(/\/\.(?=\/|$)/g, '/')
    .replace(/\/+/g, '/')
    .replace(/(.)\/$/, '$1');
}

function singleSlashes(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
