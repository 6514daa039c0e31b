import {
  and,
  assign,
  attribute,
  blank,
  comment,
  conflict,
  defineSetRestorably,
  dependsOn,
  equals,
  extensions,
  fail,
  family,
  forEach,
  help,
  ifThen,
  isMode,
  type LuaStatement,
  list,
  local,
  message,
  name,
  nil,
  or as orElse,
  prependPath,
  renderLua,
  setRestorably,
  text,
  whatis,
} from '../lmod-lua-writer/index.ts';
import { renderBinds } from './render-lmod-binds.ts';
import { renderContainerEnvironment, renderIsPacked } from './render-lmod-environment.ts';
import { asItStands } from './site-text.ts';
import type { Modulefile } from './types.ts';

/**
 * Writes a modulefile as Lmod Lua, with functions of Lmod 8.3.1 only. All that depends on the node is decided at load
 * time. Variables are set so that unloading gives the user's own value back, which `setenv` would lose; and whatever was
 * found, so that unloading can always take them back.
 */
export function renderLmod(modulefile: Modulefile): string {
  const start = renderLua(modulefile.header.map((line) => comment(line)));
  return `${start}${asItStands(modulefile.siteHeader)}${renderBody(modulefile)}${asItStands(modulefile.siteFooter)}`;
}

function renderBody(modulefile: Modulefile): string {
  return renderLua([
    help(modulefile.help),
    ...modulefile.whatis.flatMap((line) => whatis(line)),
    ...(modulefile.extensions.length === 0 ? [] : [extensions(modulefile.extensions)]),
    ...modulefile.conflicts.map((other) => conflict(other)),
    family(modulefile.family),
    ...modulefile.dependsOn.map((other) => dependsOn(other)),
    ...renderDeprecation(modulefile),
    blank(),
    ...defineSetRestorably(),
    blank(),
    ...renderImage(modulefile),
    blank(),
    ...renderIsPacked(modulefile),
    ...renderBinds(modulefile),
    blank(),
    ...renderContainerEnvironment(modulefile),
    blank(),
    ...modulefile.variables.map((variable) => setRestorably(variable.name, variable.value)),
    ...modulefile.path.map((directory) => prependPath('PATH', directory)),
  ]);
}

/** `LmodMessage`, not `LmodWarning`: with that, `module load` ends with 1 before Lmod 8.7. */
function renderDeprecation({ deprecated, moduleName }: Modulefile): LuaStatement[] {
  if (deprecated === undefined) return [];
  return [ifThen(isMode('load'), [message(`${moduleName} is deprecated: ${deprecated}`)])];
}

function renderImage({ image, moduleName }: Modulefile): LuaStatement[] {
  const [own, ...central] = image.candidates;
  if (own === undefined) throw new RangeError('a modulefile without an image');
  const tried = image.candidates.map((path) => `\n    ${path}`).join('');
  return [
    comment('The image: the copy of this install, or else the central one.'),
    local('image', nil),
    forEach('candidate', list(text(own), ...central.map(text)), [
      ifThen(and(equals(name('image'), nil), equals(attribute(name('candidate'), 'mode'), text('file'))), [
        assign('image', name('candidate')),
      ]),
    ]),
    ifThen(and(equals(name('image'), nil), isMode('load')), [
      fail(
        `${moduleName}: its image is gone. None of these is there:${tried}\n  Install it again (ctinstall --rebuild), or ask for the central image to be put back.`,
      ),
    ]),
    ...image.variables.map((variable) => setRestorably(variable, orElse(name('image'), text(own)))),
  ];
}
