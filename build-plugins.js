import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';

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

/**
 * A plugin of esbuild: the same for files of ours, which few runs need, from a file of the build that is there already and has
 * each under its name. They are to do nothing but give what they export.
 */
export function loadFilesLazily(files, name) {
  return {
    name: 'files-lazily',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir, kind }) => {
        const file = join(resolveDir, path);
        return kind === 'import-statement' && files.includes(file)
          ? { path: file, namespace: 'file-lazily' }
          : undefined;
      });
      onResolve({ filter: /.*/, namespace: 'file-lazily' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'file-lazily' }, ({ path }) => {
        const names = Array.from(
          readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:const|function) (\w+)/gm),
          ([, exported]) => exported,
        );
        const [own, of] = [JSON.stringify(`./${name}`), JSON.stringify(nameOf(path))];
        return {
          contents: `
let loaded;
for (const name of ${JSON.stringify(names)})
  Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= require(${own})[${of}])[name] });`,
        };
      });
    },
  };
}

/** A plugin of esbuild: a module that is not on the disk. */
export function sourceOf(name, contents) {
  return {
    name: 'source-of',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: 'source-of' }));
      onLoad({ filter: /.*/, namespace: 'source-of' }, () => ({ contents, resolveDir: import.meta.dirname }));
    },
  };
}

/** Source of a file that has what each of these exports, under its name. */
export function namespacesOf(files) {
  return files.map((path) => `export * as ${nameOf(path)} from ${JSON.stringify(path)};`).join('\n');
}

function nameOf(path) {
  return path.replace(/\.ts$/, '').split('/').slice(-2).join('_').replaceAll('-', '_');
}

async function keysOf(name) {
  try {
    return require(name);
  } catch {
    return import(name);
  }
}

/** A plugin of esbuild: leaves out how each other command is called, and what it imports when it is run. */
export function onlyCommand(name) {
  return {
    name: 'only-command',
    setup: (build) => {
      build.onResolve({ filter: /^\.\.?\/(commands|definitions)\// }, ({ path, kind }) =>
        kind === (path.includes('/commands/') ? 'dynamic-import' : 'import-statement') && !path.endsWith(`/${name}.ts`)
          ? { path, namespace: 'left-out' }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => {
        const [, first = '', rest] = /\/definitions\/(.)(.*)\.ts$/.exec(path) ?? [];
        return { contents: first === '' ? '' : `export const define${first.toUpperCase()}${rest} = undefined;` };
      });
    },
  };
}

/** What is imported dynamically from `file` is loaded from a file of the build that is there already. */
export function inFileOfItsOwn(file, name) {
  return {
    name: 'in-file-of-its-own',
    setup: ({ onResolve }) => {
      onResolve({ filter: file }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${name}`, external: true } : undefined,
      );
    },
  };
}

/** A plugin of esbuild for packages that are loaded lazily: they are in files of the build that are there already. */
export function packagesApart(files) {
  return {
    name: 'packages-apart',
    setup: ({ onResolve }) => {
      onResolve({ filter: new RegExp(`^(${Object.keys(files).join('|')})$`), namespace: 'lazily' }, ({ path }) => ({
        path: `./${files[path]}`,
        external: true,
      }));
    },
  };
}

/** The CommonJS form of a package, which reads its wasm from the file `name`, packed by brotli, beside the bundle. */
export function withPackedWasm(package_, { wasm, name }) {
  return {
    name: 'with-packed-wasm',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: new RegExp(`^${package_}$`) }, () => ({
        path: require.resolve(package_),
        namespace: 'packed-wasm',
      }));
      onLoad({ filter: /.*/, namespace: 'packed-wasm' }, ({ path }) => {
        const contents = readFileSync(path, 'utf8')
          .replace(wasm, name)
          .replace(/require\$\$0\.readFileSync\(wasmPath\)/, "require('node:zlib').brotliDecompressSync($&)");
        if (!contents.includes(`\${__dirname}/${name}`) || !contents.includes('brotliDecompressSync'))
          throw new Error(`${path} reads its wasm in another way than before`);
        return { contents, resolveDir: import.meta.dirname };
      });
    },
  };
}
