import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    toolDir: string;
    /** Last part of the prefix of end-to-end tests. */
    prefixName: string;
    umask: string;
  }
}

const parts = [
  'dist',
  'bin',
  'completions',
  'man',
  'schemas',
  'easyconfigs',
  'modulefiles',
  'runscripts',
  'sites',
  'package.json',
];

/**
 * Puts the built tool where an unprivileged user can read it, as a site would: the checkout may lie in a home directory
 * that others cannot enter.
 */
export function setup(project: TestProject): () => void {
  const toolDir = mkdtempSync(join(tmpdir(), 'ctinstall-tool-'));
  const remove = (): void => rmSync(toolDir, { recursive: true, force: true });
  try {
    for (const part of parts) cpSync(part, join(toolDir, part), { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', toolDir]);
  } catch (error) {
    remove();
    throw error;
  }
  project.provide('toolDir', toolDir);
  return remove;
}
