import { spawnSync } from 'node:child_process';

/** One call of a function of Lmod's that a modulefile makes when it is loaded: its name, then its arguments. */
export type Call = readonly [string, ...string[]];

/**
 * Stands for Lmod: each function notes what it was given; each path is a file, and none a directory; no variable is set. A modulefile that
 * calls anything else, or is no Lua, ends the program with an error. Texts go in and out as `<bytes>:<text>`.
 */
const lmod = `
local function read() local n = io.read("n"); if not n then return nil end; io.read(1); return n == 0 and "" or io.read(n) end
local function write(text) io.write(#text, ":", text) end
local source = read()
while source do
  local calls = {}
  local function note(name) return function(...)
    local call = {name, ...}
    for i = 1, select("#", ...) + 1 do call[i] = tostring(call[i]) end
    calls[#calls + 1] = call
  end end
  local known = {
    ipairs = ipairs, pcall = pcall, table = { concat = table.concat },
    mode = function() return "load" end,
    os = { getenv = function() return nil end },
    lfs = { attributes = function() return "file" end, dir = function() error("no directory") end },
  }
  for name in ("${[
    'help',
    'whatis',
    'conflict',
    'family',
    'setenv',
    'pushenv',
    'prepend_path',
    'append_path',
    'depends_on',
    'extensions',
    'LmodError',
    'LmodWarning',
    'LmodMessage',
    'set_alias',
    'set_shell_function',
  ].join(' ')}"):gmatch("%S+") do known[name] = note(name) end
  setmetatable(known, { __index = function(_, name) error("calls " .. name) end })
  local chunk = assert(load(source, "modulefile", "t", known))
  chunk()
  write(tostring(#calls))
  for _, call in ipairs(calls) do
    write(tostring(#call))
    for _, part in ipairs(call) do write(part) end
  end
  source = read()
end
`;

/** What each modulefile does when it is loaded, in the real Lua. A modulefile that fails is an error. */
export function evaluateModulefiles(sources: readonly string[]): Call[][] {
  const input = Buffer.concat(
    sources.flatMap((source) => [Buffer.from(`${Buffer.byteLength(source)}:`), Buffer.from(source)]),
  );
  const { stdout, stderr, status, error } = spawnSync(process.env.LUA ?? 'lua', ['-e', lmod], {
    input,
    maxBuffer: 1 << 30,
  });
  // Where a modulefile fails, the rest of the input is never read: that too is an error, but says less.
  if (status !== 0) throw new Error(`lua: ${stderr.toString().slice(0, 2000)}`, { cause: error });
  if (error) throw error;
  const texts = decode(stdout);
  const next = (): string => texts.next().value ?? '';
  return sources.map(() =>
    Array.from({ length: Number(next()) }, (): Call => {
      const [name = '', ...parts] = Array.from({ length: Number(next()) }, next);
      return [name, ...parts];
    }),
  );
}

function* decode(output: Buffer): Generator<string, undefined> {
  for (let start = 0; start < output.length; ) {
    const colon = output.indexOf(':', start);
    const end = colon + 1 + Number(output.toString('latin1', start, colon));
    yield output.toString('utf8', colon + 1, end);
    start = end;
  }
  return undefined;
}
