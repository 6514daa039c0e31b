import { CtinstallError } from '../../src/lib/errors.ts';

/** The CtinstallError that `promise` ends in; anything else fails the test. */
export async function failure(promise: Promise<unknown>): Promise<CtinstallError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof CtinstallError) return error;
    throw error;
  }
  throw new Error(`expected an error, got ${JSON.stringify(value)?.slice(0, 300)}`);
}
