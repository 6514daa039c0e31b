import { describeIssues } from '../easyconfig/describe-issue.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';

/**
 * Refuses a text in which no single value can be changed, as it cannot be read.
 * @throws CtinstallError `settings-invalid` with every fault and its place
 */
export function checkYamlText(path: HostPath, text: string): void {
  const { yaml, issues } = parsePlacedYaml(text);
  const { value } = yaml ?? {};
  const isMap = value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value));
  if (yaml !== undefined && isMap) return;
  throw new CtinstallError('settings-invalid', `the settings file \`${path}\` cannot be changed as it is`, {
    details: yaml === undefined ? describeIssues(path, text, issues) : ['  it holds no map of keys and values'],
    hint: 'fix it first: ctinstall settings edit',
  });
}
