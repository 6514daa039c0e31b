import * as z from 'zod';
import { knownKeysOf } from '../easyconfig/schema-keys.ts';
import type { Issue } from '../easyconfig/types.ts';
import { placeIssues } from '../easyconfig/validate.ts';
import { parsePlacedYaml } from '../easyconfig/yaml-places.ts';
import { parseSpec } from './spec.ts';
import type { CondaEnvironment, WantedPackage } from './types.ts';

const text = z.string().min(1);
const schema = z.strictObject({
  name: z.unknown().optional(),
  prefix: z.unknown().optional(),
  channels: z.array(text).optional(),
  dependencies: z.array(z.union([text, z.strictObject({ pip: z.array(text) })])),
  platforms: z.array(text).optional(),
  variables: z.unknown().optional(),
});

export type ParsedEnvironment =
  | { readonly environment: CondaEnvironment; readonly issues: readonly [] }
  | { readonly environment: undefined; readonly issues: readonly Issue[] };

/** Reads an `environment.yml`. Never throws for a fault of the text: all come back with their places. */
export function parseEnvironment(source: string): ParsedEnvironment {
  const { yaml, issues } = parsePlacedYaml(source);
  if (yaml === undefined) return { environment: undefined, issues };
  const result = schema.safeParse(yaml.value);
  if (!result.success) {
    const found = placeIssues(result.error.issues, yaml, (path) => knownKeysOf(schema, path));
    return { environment: undefined, issues: found };
  }
  const { channels = [], dependencies, variables } = result.data;
  const wanted: WantedPackage[] = [];
  const faults: Issue[] = [];
  for (const [index, each] of dependencies.entries()) {
    if (typeof each !== 'string') continue;
    const place = yaml.placeOf(['dependencies', index]);
    const spec = parseSpec(each);
    if ('fault' in spec) faults.push({ message: `\`dependencies[${index}]\` ${spec.fault}`, hint: undefined, place });
    else wanted.push({ ...spec, place });
  }
  if (faults.length > 0) return { environment: undefined, issues: faults };
  const pip = dependencies.flatMap((each) => (typeof each === 'string' ? [] : each.pip));
  const ignored = ['name', 'prefix'].filter((key) => key in result.data).map((key) => `\`${key}\``);
  const notes = [
    ...(ignored.length === 0
      ? []
      : [`${ignored.join(' and ')} of the file is not used: the image has one environment`]),
    ...(variables === undefined ? [] : ['`variables` of the file are not set: use `env` of the easyconfig']),
  ];
  return { environment: { channels, wanted, pip, notes }, issues: [] };
}
