import { describeGoneImage } from './messages.ts';
import { renderTclGpu } from './render-gpu.ts';
import { renderTclGpuNeeds } from './render-gpu-needs.ts';
import { renderTclLibraries } from './render-host-libraries.ts';
import { renderTclKept } from './render-kept-directory.ts';
import { renderTclBinds } from './render-tcl-binds.ts';
import { renderTclEnvironment } from './render-tcl-environment.ts';
import { addPathProcedure, commonProcedures, containerProcedures, shellProcedure } from './render-tcl-procedures.ts';
import { renderTclVariables } from './render-variables.ts';
import { functionBody } from './shell-function.ts';
import { linesAsTheyStand } from './site-text.ts';
import { command, comment, quoteTcl, withinLongBracket } from './tcl-text.ts';
import type { ModuleContainer, Modulefile, PathVariable } from './types.ts';

/**
 * Writes a modulefile as Tcl, for Environment Modules and for Lmod's reader of Tcl. It does what the Lua one does: all
 * that depends on the node is decided at load time, and unloading can always take everything back.
 */
export function renderTcl(modulefile: Modulefile): string {
  checkVariables(modulefile);
  const { header, path, paths, container } = modulefile;
  const lines = [
    // Both tools take a file for a modulefile by this.
    '#%Module1.0',
    ...header.flatMap(comment),
    ...linesAsTheyStand(modulefile.siteHeader),
    ...commonProcedures,
    ...(container === undefined ? [] : containerProcedures),
    '',
    ...renderWords(modulefile),
    ...(modulefile.image === undefined ? [] : ['']),
    ...renderImage(modulefile),
    ...renderTclLibraries(modulefile),
    ...renderTclGpuNeeds(modulefile),
    ...(container === undefined ? [] : renderContainer(container, modulefile)),
    '',
    '# Outside of the container.',
    ...renderTclVariables(modulefile),
    ...(paths.length === 0 ? [] : addPathProcedure),
    ...paths.flatMap(renderPath),
    ...path.map((directory) => command('prepend-path', 'PATH', directory)),
    ...renderShell(modulefile),
    ...linesAsTheyStand(modulefile.siteFooter),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Each path by itself, in the order in which it comes to stand where it belongs. */
function renderPath({ name, prepend, append }: PathVariable): string[] {
  return [
    ...prepend.toReversed().map((path) => command('add_path', 'prepend-path', name, path)),
    ...append.map((path) => command('add_path', 'append-path', name, path)),
  ];
}

function renderContainer(container: ModuleContainer, modulefile: Modulefile): string[] {
  return [
    '',
    ...renderTclBinds(container, modulefile),
    '',
    ...renderTclEnvironment(container, modulefile),
    ...renderTclKept(container, modulefile),
    ...renderTclGpu(container),
  ];
}

/** What it says, and how it stands to other modules. */
function renderWords(modulefile: Modulefile): string[] {
  const { help, whatis, extensions, conflicts, container, dependsOn, deprecated, moduleName } = modulefile;
  for (const name of [...extensions, ...conflicts, ...dependsOn]) checkName(name);
  return [
    'proc ModulesHelp {} {',
    ...(help === '' ? [] : help.replace(/\n$/, '').split('\n')).map((line) => `  ${say(line)}`),
    '}',
    ...whatis
      .flatMap((text) => text.split(/\r\n|\n|\r/))
      .filter((line) => line.trim() !== '')
      .map((line) => command('tell_whatis', withinLongBracket(line))),
    ...(extensions.length === 0 ? [] : ifThere('extensions', command('extensions', ...extensions))),
    ...(container === undefined ? [] : renderFamilyCheck(container, modulefile)),
    ...conflicts.map((name) => command('conflict', name)),
    ...(container === undefined ? [] : ifThere('family', command('family', container.family))),
    ...renderOwnFamily(modulefile),
    ...dependsOn.map((name) => command('depends-on', name)),
    ...(deprecated === undefined ? [] : ifLoading(say(`${moduleName} is deprecated: ${deprecated}`))),
  ];
}

/** Lmod replaces a module by another of its family. Environment Modules refuses it, and names neither. */
function renderFamilyCheck({ family }: ModuleContainer, { moduleName }: Modulefile): string[] {
  checkName(family);
  const loaded = `::env(MODULES_FAMILY_${family.toUpperCase()})`;
  return [
    `if {[module-info mode load] && [info exists ${loaded}] && $${loaded} ne ""} {`,
    `  refuse "a module of ctinstall is loaded already, $${loaded}, and one can be at a time: module switch $${loaded} ${moduleName}"`,
    '}',
  ];
}

function renderOwnFamily({ family }: Modulefile): string[] {
  if (family === undefined) return [];
  checkName(family);
  return ifThere('family', command('family', family));
}

/** In the shell that loads it. */
function renderShell({ aliases = [], functions = [], loadMessage }: Modulefile): string[] {
  for (const { name } of [...aliases, ...functions]) checkName(name);
  return [
    ...(aliases.length + functions.length === 0 ? [] : [...shellProcedure, '', '# In your shell.']),
    ...aliases.map(({ name, text }) => command('in_shell', 'set-alias', name, text)),
    ...functions.map(({ name, bash }) => command('in_shell', 'set-function', name, functionBody(bash))),
    ...(loadMessage === undefined ? [] : ifLoading(...loadMessage.split('\n').map(say))),
  ];
}

function say(line: string): string {
  return command('say', withinLongBracket(line));
}

function ifLoading(...lines: string[]): string[] {
  return ['if {[module-info mode load]} {', ...lines.map((line) => `  ${line}`), '}'];
}

/** A command that not every version of both tools has: Environment Modules has `family` from 5.1 on. */
function ifThere(name: 'extensions' | 'family', line: string): string[] {
  return [`if {[info commands ${name}] ne ""} {`, `  ${line}`, '}'];
}

function renderImage(modulefile: Modulefile): string[] {
  const { image } = modulefile;
  if (image === undefined) return [];
  if (image.candidates.length === 0) throw new RangeError('a modulefile without an image');
  return [
    '# The image: the copy of this install, or else the central one.',
    'set image ""',
    `foreach candidate [list ${image.candidates.map(quoteTcl).join(' ')}] {`,
    '  if {$image eq "" && [file isfile $candidate]} {',
    '    set image $candidate',
    '  }',
    '}',
    'if {$image eq "" && [module-info mode load]} {',
    `  ${command('refuse', describeGoneImage(modulefile.moduleName, image))}`,
    '}',
    ...image.variables.map((variable) => command('set_variable', variable, { source: '$image' })),
  ];
}

/** Lmod's reader evaluates the names of modules a second time. */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9._+/-]+$/.test(name)) throw new RangeError(`not the name of a module: ${name}`);
}

/** Lmod's reader writes what goes on PATH into Lua as it stands; and no tool brings a line end to the user's shell. */
function checkVariables({ path, paths, variables, container }: Modulefile): void {
  for (const directory of [...path, ...paths.flatMap(({ prepend, append }) => [...prepend, ...append])])
    if (/["\\\p{Cc}]/u.test(directory)) throw new RangeError(`not a directory that can go on PATH: ${directory}`);
  for (const { name, value } of [...variables, ...(container?.variables ?? []), ...(container?.paths ?? [])]) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`not the name of a variable: ${name}`);
    if (/[\0\n\v\f\r]/.test(value)) throw new RangeError(`${name} has a value that a module cannot set`);
  }
}
