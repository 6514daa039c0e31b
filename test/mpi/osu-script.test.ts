import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { osuScript, parseOsu } from '../../src/mpi/osu.ts';

const dir = mkdtempSync(join(tmpdir(), 'ct-osu-'));
afterAll(() => rmSync(dir, { recursive: true }));

it.each([['fails', 3]])(
  "the script around one of OSU's programs says where it ran and what it had mapped: a program that %s",
  (_, status) => {
    const said = mkdtempSync(join(dir, 'said-'));
    const program = join(dir, 'osu_latency');
    // Each of the programs that it starts has files mapped as long as it runs: longer than a busy machine needs to look.
    writeFileSync(
      program,
      `#!/bin/sh\nsleep 2\necho '# OSU MPI Latency Test v7.3'\necho '8   1.50'\nexit ${status}\n`,
      { mode: 0o755 },
    );
    writeFileSync(join(dir, 'osu.sh'), osuScript);
    const ran = spawnSync('sh', [join(dir, 'osu.sh'), program, said], {
      env: { ...process.env, SLURMD_NODENAME: 'n7' },
    });
    expect(ran.status).toBe(status);
    const [file = '', ...more] = readdirSync(said);
    expect(more).toEqual([]);
    expect(file).toMatch(/^osu-n7-\d+$/);
    const parsed = parseOsu(readFileSync(join(said, file), 'utf8'));
    expect(parsed).toMatchObject({ node: 'n7', title: 'OSU MPI Latency Test v7.3', rows: [[8, 1.5]] });
    expect(parsed.mapped).toContainEqual(expect.stringMatching(/\/libc\.so\.6$|\/libc-[\d.]+\.so$/));
  },
);
