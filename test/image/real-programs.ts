import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Where `testbed/setup.sh` puts Apptainer and the images. */
export const testbed = process.env.CTINSTALL_TESTBED ?? '/opt/ctinstall-testbed';
export const testbedImages = join(testbed, 'images');

const apptainerPath = join(testbed, 'bin/apptainer');

/** Runs the test bed's Apptainer; fails where it is missing (a test that needs a tool never skips). */
export async function apptainer(args: readonly string[], home?: string): Promise<string> {
  if (!existsSync(apptainerPath)) throw new Error(`no ${apptainerPath}: run testbed/setup.sh`);
  const env = home === undefined ? {} : { HOME: home };
  const { stdout } = await execa(apptainerPath, [...args], { env, stripFinalNewline: false });
  return stdout;
}

/** What `siftool header` and `siftool list` print, one after the other. */
export async function siftoolText(path: string): Promise<string> {
  return (await apptainer(['sif', 'header', path])) + (await apptainer(['sif', 'list', path]));
}
