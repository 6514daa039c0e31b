import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { installTiny, prefix, work } from '../work.js';

/**
 * Makes a prefix with so many installs, each as ctinstall would have left it: files, record and modulefile of a real one,
 * under another name. Files that are the same are one file with many names, so that a few thousand of them find room.
 */
export function makeInstalls(count) {
  const real = installTiny();
  const recordFile = '.ctinstall/record.json';
  const record = JSON.parse(readFileSync(`${real}/${recordFile}`, 'utf8'));
  const modulefile = readFileSync(`${prefix}/modules/tiny/1.lua`, 'utf8');
  const entries = readdirSync(real, { recursive: true }).filter((name) => name !== recordFile);
  const files = entries.filter((name) => !statSync(`${real}/${name}`).isDirectory());
  const many = `${work}/installs-${count}`;
  for (let made = 0; made < count; made++) {
    const name = `tiny${made}`;
    const installDir = `${many}/software/${name}/1`;
    for (const file of files) {
      mkdirSync(dirname(`${installDir}/${file}`), { recursive: true });
      linkSync(`${real}/${file}`, `${installDir}/${file}`);
    }
    const text = modulefile.replaceAll(prefix, many).replaceAll('/tiny/', `/${name}/`);
    const path = `${many}/modules/${name}/1.lua`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const own = { name, moduleName: `${name}/1`, prefix: many, modulefile: path };
    const modulefileSha256 = createHash('sha256').update(text).digest('hex');
    writeFileSync(`${installDir}/${recordFile}`, JSON.stringify({ ...record, ...own, modulefileSha256 }, undefined, 2));
  }
  return many;
}
