import { and, call, code, comment, type LuaStatement, name, not, run } from '../lmod-lua-writer/index.ts';
import { command, quoteTcl } from './tcl-text.ts';
import type { Modulefile } from './types.ts';

/*
 * Both languages: what is known when a module is loaded, from files alone, of the image and the GPUs of this node. A job that
 * finds no GPU, or fails in a driver, says far less. It is no error: programs may do without.
 */

const needDriver = code`
local function padded(version) return (version:gsub("%d+", function(digits) return ("%09d"):format(digits) end):gsub("%.", "")) end
local function need_driver(device, file, least, below, before, behind)
  local opened = lfs.attributes(device, "mode") and io.open(file)
  local driver = opened and opened:read("*a"):match("%d+%.%d[%d.]*")
  if opened then opened:close() end
  local is_bad = driver and (padded(driver) < padded(least) or below ~= "" and padded(driver) >= padded(below))
  on_load(is_bad, LmodMessage, before .. (driver or "") .. behind)
end
`;

type Need = Modulefile['gpuNeeds'][number];

/** An image for both makers does for either. */
function hasOneMaker({ gpuNeeds }: Modulefile): boolean {
  return gpuNeeds.length === 1;
}

function hasRange({ range: { least, below } }: Need): boolean {
  return least !== undefined || below !== undefined;
}

export function renderLmodGpuNeeds(modulefile: Modulefile): LuaStatement[] {
  const { gpuNeeds, moduleName } = modulefile;
  if (gpuNeeds.length === 0) return [];
  const isThere = (device: string) => call('lfs.attributes', device, 'mode');
  return [
    comment('What the image has for GPUs, against those of this node.'),
    ...(gpuNeeds.some(hasRange) ? [needDriver] : []),
    ...gpuNeeds.flatMap((need) => {
      const { places, range, badDriver, otherMaker } = need;
      const isOther = and(isThere(places.otherDevice), not(isThere(places.device)));
      const [before, behind] = badDriver;
      return [
        ...(hasOneMaker(modulefile)
          ? [run(call('on_load', isOther, name('LmodMessage'), `${moduleName}: ${otherMaker}`))]
          : []),
        ...(hasRange(need)
          ? [
              run(
                call(
                  'need_driver',
                  ...[places.device, places.driver, range.least ?? '', range.below ?? ''],
                  ...[`${moduleName}: ${before}`, behind],
                ),
              ),
            ]
          : []),
      ];
    }),
  ];
}

export function renderTclGpuNeeds(modulefile: Modulefile): string[] {
  const { gpuNeeds, moduleName } = modulefile;
  if (gpuNeeds.length === 0) return [];
  return [
    '# What the image has for GPUs, against those of this node.',
    ...(gpuNeeds.some(hasRange) ? needDriverProcedure : []),
    ...gpuNeeds.flatMap((need) => {
      const { places, range, badDriver, otherMaker } = need;
      const [before, behind] = badDriver;
      const [device, other] = [places.device, places.otherDevice].map(quoteTcl);
      return [
        ...(hasOneMaker(modulefile)
          ? [
              `if {[module-info mode load] && [file exists ${other}] && ![file exists ${device}]} {`,
              `  ${command('say', `${moduleName}: ${otherMaker}`)}`,
              '}',
            ]
          : []),
        ...(hasRange(need)
          ? [
              command(
                'need_driver',
                ...[places.device, places.driver, range.least ?? '0', range.below ?? ''],
                ...[`${moduleName}: ${before}`, behind],
              ),
            ]
          : []),
      ];
    }),
  ];
}

const needDriverProcedure = String.raw`
proc need_driver {device file least below before behind} {
  if {![module-info mode load] || ![file exists $device] || [catch {open $file} channel]} {
    return
  }
  set text [read $channel]
  close $channel
  if {[regexp {[0-9]+(\.[0-9]+)+} $text driver]
    && ([package vcompare $driver $least] < 0 || $below ne "" && [package vcompare $driver $below] >= 0)} {
    say $before$driver$behind
  }
}
`
  .trim()
  .split('\n');
