import {
  call,
  code,
  concat,
  type LuaExpression,
  type LuaStatement,
  or,
  setWith,
  text,
} from '../lmod-lua-writer/index.ts';
import { belowRoot } from './below-root.ts';
import { command } from './tcl-text.ts';
import type { Modulefile } from './types.ts';

/* Variables outside of the container, in both languages. */

const user = '$USER';

const offer = code`
-- What you have set counts.
local function offer(variable, value) local yours = os.getenv(variable); set(variable, yours ~= "" and yours or value) end
`;

export function renderLmodVariables({ variables, installDir }: Modulefile): LuaStatement[] {
  return [
    ...(variables.some(({ isDefault }) => isDefault) ? [offer] : []),
    ...variables.map(({ name, value, isDefault }) =>
      isDefault === true ? setWith('offer', name, withUser(value)) : setWith('set', name, belowRoot(value, installDir)),
    ),
  ];
}

function withUser(value: string): LuaExpression {
  const [first = '', ...rest] = value.split(user);
  if (rest.length === 0) return text(first);
  return concat(first, ...rest.flatMap((part) => [or(call('os.getenv', 'USER'), text('')), part]));
}

export function renderTclVariables({ variables }: Modulefile): string[] {
  const withUsers = variables.some(({ value, isDefault }) => isDefault === true && value.includes(user));
  return [
    ...(variables.some(({ isDefault }) => isDefault) ? offerProcedure : []),
    ...(withUsers ? ['set user [value_of USER]'] : []),
    ...variables.map(({ name, value, isDefault }) =>
      isDefault === true
        ? command(
            'offer',
            name,
            ...value.split(user).flatMap((part, at) => (at === 0 ? [part] : [{ source: '$user' } as const, part])),
          )
        : command('set_variable', name, value),
    ),
  ];
}

const offerProcedure = [
  '# What you have set counts.',
  'proc offer {variable args} {',
  '  set value [value_of $variable]',
  '  if {$value eq ""} {',
  '    set value [join $args ""]',
  '  }',
  '  set_variable $variable $value',
  '}',
];
