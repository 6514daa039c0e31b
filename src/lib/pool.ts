export interface PoolOptions<T> {
  readonly work: (item: T) => Promise<void>;
  /** Called with each error after the first. */
  readonly onLaterError: (error: unknown) => void;
}

/**
 * Works on the items, at most `most` at a time, in their order. After an error no further one is begun; those that were are
 * brought to their end, then the first error is thrown.
 */
export async function runPooled<T>(items: readonly T[], most: number, options: PoolOptions<T>): Promise<void> {
  const errors: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next]; next < items.length && errors.length === 0; item = items[next]) {
      next += 1;
      await options.work(item as T).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  const [first, ...later] = errors;
  if (errors.length === 0) return;
  for (const error of later) options.onLaterError(error);
  throw first;
}
