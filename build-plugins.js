import { createRequire, isBuiltin } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A plugin of esbuild: these modules are loaded when something of them is used for the first time, and not as soon as a file
 * that imports them is. Each becomes an object whose properties, known now, fetch the module.
 */
export function loadLazily(names) {
  return {
    name: 'lazily',
    setup: (build) => {
      const filter = new RegExp(`^(node:)?(${names.join('|')})$`);
      build.onResolve({ filter }, ({ path, namespace }) => {
        if (namespace !== 'lazily') return { path: path.replace(/^node:/, ''), namespace: 'lazily' };
        return isBuiltin(path) ? { path, external: true } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'lazily' }, async ({ path }) => ({
        contents: `
let loaded;
for (const name of ${JSON.stringify(Object.keys(await keysOf(path)))})
  Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= require(${JSON.stringify(path)}))[name] });`,
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

async function keysOf(name) {
  try {
    return require(name);
  } catch {
    return import(name);
  }
}

/** A plugin of esbuild: leaves out what each other command imports when it is run. */
export function onlyCommand(name) {
  return {
    name: 'only-command',
    setup: (build) => {
      build.onResolve({ filter: /^\.\.\/commands\// }, ({ path, kind }) =>
        kind === 'dynamic-import' && !path.endsWith(`/${name}.ts`) ? { path, namespace: 'left-out' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
    },
  };
}
