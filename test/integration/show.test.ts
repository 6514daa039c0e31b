import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const recipe = `binds: [{ site: filesystems }, { host: /no/such/place, container: /there, access: ro, optional: true }]
depends_on: [rocm]
env: { module: { A: own, B: own }, container: { INSIDE: x } }
`;

function prepared(): Sandbox & { readonly environment: Readonly<Record<string, string>> } {
  const sandbox = makeSandbox();
  mkdirSync(join(sandbox.dir, 'scratch'));
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(recipe));
  const site = sandbox.write(
    'site.yaml',
    `bind_groups: { filesystems: ["${sandbox.dir}/scratch"] }\nforce: { module_env: { A: forced, C: forced } }\n`,
  );
  return { ...sandbox, environment: { CTINSTALL_SITE_SETTINGS: site } };
}

describe('ctinstall show of an easyconfig', () => {
  test('says what it becomes here, each thing with where it comes from', async () => {
    const { succeed, dir, prefix, environment } = prepared();
    const lines = (await succeed('ctinstall show --trace --image-dir "$CT_IMAGES" tiny-1.0.yaml', environment)).split(
      '\n',
    );
    const installDir = `${prefix}/software/tiny/1.0`;
    for (const line of [
      `  modulefile   ${prefix}/modules/tiny/1.0.lua (Lua, for Lmod; --modulefile prints it)`,
      '  loads first  rocm',
      `  bind         ${dir}/scratch → ${dir}/scratch (site: filesystems, optional; here)`,
      '  bind         /no/such/place → /there read-only (easyconfig, optional; not here)',
      `  bind         ${installDir}/runscripts → /runscripts read-only (run scripts; comes with the install)`,
      '  script       bin/start-shell',
      `  outside      A=forced (${dir}/site.yaml (forced): the easyconfig's own has no effect)`,
      '  outside      B=own (easyconfig)',
      `  outside      C=forced (${dir}/site.yaml (forced))`,
      `  outside      CONTAINERROOT=${installDir} (ctinstall)`,
      `  outside      PATH begins with ${installDir}/bin`,
      '  inside       INSIDE=x (easyconfig)',
      '  inside       PATH begins with /runscripts',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.startsWith(`  outside      SIF=${installDir}/tiny.sif (ctinstall`))).toBe(true);
  });

  test('prints the very modulefile that an install writes, before and after, as text and in JSON', async () => {
    const sandbox = prepared();
    const { succeed, prefix } = sandbox;
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    for (const [tool, file] of [
      ['lmod', '1.0.lua'],
      ['environment-modules', '1.0'],
    ] as const) {
      const show = `ctinstall show --modules-tool ${tool} --image-dir "$CT_IMAGES"`;
      const shown = await succeed(`${show} --modulefile tiny-1.0.yaml`);
      const json: unknown = JSON.parse(await succeed(`${show} --json tiny-1.0.yaml`));
      await succeed(`ctinstall --rebuild --modules-tool ${tool} --image-dir "$CT_IMAGES" tiny-1.0.yaml`);
      const written = readFileSync(join(prefix, 'modules/tiny', file), 'utf8');
      expect(shown).toBe(written);
      expect(json).toMatchObject({ modulefileText: written, env: { origins: {} } });
      expect(await succeed('ctinstall show --modulefile tiny')).toBe(written);
    }
  });
});
