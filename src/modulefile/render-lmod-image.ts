import {
  and,
  assign,
  call,
  comment,
  fail,
  ifThen,
  isMode,
  type LuaStatement,
  local,
  name,
  not,
  setWith,
} from '../lmod-lua-writer/index.ts';
import { belowRoot } from './below-root.ts';
import { describeGoneImage } from './messages.ts';
import type { Modulefile } from './types.ts';

/** The part of a modulefile that finds the image. */
export function renderImage(modulefile: Modulefile): LuaStatement[] {
  const { image, installDir } = modulefile;
  const [own, ...central] = image.candidates.map((path) => belowRoot(path, installDir));
  if (own === undefined) throw new RangeError('a modulefile without an image');
  const isMissing = not(call('is_file', name('image')));
  return [
    comment('The image: the copy of this install, or else the central one.'),
    local('image', own),
    ...central.map((path) => ifThen(isMissing, [assign('image', path)])),
    ifThen(and(isMode('load'), isMissing), [fail(describeGoneImage(modulefile))]),
    ...image.variables.map((variable) => setWith('set', variable, name('image'))),
  ];
}
