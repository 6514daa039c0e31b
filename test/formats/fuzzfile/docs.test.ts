import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fuzzfileSchema, jobSchema, serviceSchema } from '../../../src/formats/fuzzfile/schema.ts';

it('each field of a Fuzzfile is in docs/workflows.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/workflows.md', import.meta.url)), 'utf8');
  const inJobs = Object.keys({ ...jobSchema.shape, ...serviceSchema.shape }).filter((key) => key !== 'name');
  for (const field of [...Object.keys(fuzzfileSchema.shape), ...inJobs]) expect(page).toContain(`\`${field}`);
});
