import {
  and,
  assign,
  call,
  comment,
  type LuaStatement,
  local,
  name,
  not,
  or,
  run,
  setWith,
} from '../lmod-lua-writer/index.ts';
import { belowRoot } from './below-root.ts';
import { describeGoneImage } from './messages.ts';
import type { Modulefile } from './types.ts';

/** The part of a modulefile that finds the image. */
export function renderImage(modulefile: Modulefile): LuaStatement[] {
  const { image, installDir } = modulefile;
  if (image === undefined) return [];
  const [own, ...central] = image.candidates.map((path) => belowRoot(path, installDir));
  if (own === undefined) throw new RangeError('a modulefile without an image');
  const isThere = call('is_file', name('image'));
  return [
    comment('The image: the copy of this install, or else the central one.'),
    local('image', own),
    ...central.map((path) => assign('image', or(and(isThere, name('image')), path))),
    run(call('on_load', not(isThere), name('LmodError'), describeGoneImage(modulefile.moduleName, image))),
    ...image.variables.map((variable) => setWith('set', variable, name('image'))),
  ];
}
