import { CtinstallError } from '../lib/errors.ts';

/**
 * Throws what is wrong with the sources of settings: one fault as it is, several as one error that shows each, so that all
 * can be mended in one go.
 * @throws CtinstallError `settings-invalid` for several
 */
export function throwTogether(faults: readonly CtinstallError[]): void {
  const all = faults.flatMap(partsOf);
  const [only] = all;
  if (only === undefined) return;
  if (all.length === 1) throw only;
  throw new CtinstallError('settings-invalid', `the settings have faults in ${all.length} places`, {
    details: all.flatMap(describe),
    cause: all,
  });
}

/** What `work` gives; where it fails, the fault is put to the others, and nothing is given. */
export async function keepFault<T>(faults: CtinstallError[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CtinstallError)) throw error;
    faults.push(error);
    return undefined;
  }
}

/** Of an error that was put together here already. */
function partsOf(error: CtinstallError): readonly CtinstallError[] {
  const { cause } = error;
  return Array.isArray(cause) && cause.every((part) => part instanceof CtinstallError) ? cause : [error];
}

function describe({ message, details, hint }: CtinstallError): string[] {
  return [message, ...details.map((line) => `  ${line}`), ...(hint === undefined ? [] : [`  hint: ${hint}`])];
}
