/** What discovery says of a thing it looked for: how it was found, or what was tried. */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T; readonly how: string }
  | { readonly kind: 'missing'; readonly tried: readonly string[] };

export function found<T>(value: T, how: string): Found<T> {
  return { kind: 'found', value, how };
}

export function missing<T>(tried: readonly string[]): Found<T> {
  return { kind: 'missing', tried };
}
