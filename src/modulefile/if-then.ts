import { type LuaExpression, type LuaStatement, when } from '../lmod-lua-writer/index.ts';

/** A plain `if`, as nearly all in a modulefile are. */
export function ifThen(condition: LuaExpression, body: readonly LuaStatement[], otherwise: readonly LuaStatement[] = []): LuaStatement {
  // biome-ignore lint/suspicious/noThenProperty: the writer's word for a branch; no promise is near
  return when([{ if: condition, then: body }], otherwise);
}
