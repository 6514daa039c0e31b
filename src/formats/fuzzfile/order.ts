/** The names of a circle of dependencies, each of which waits for the next; undefined where there is none. */
export function findCycle(needs: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of needs.keys()) {
    // A stack of its own: a chain may be longer than the one of calls.
    const way: { name: string; next: number }[] = [];
    if (state.has(start)) continue;
    way.push({ name: start, next: 0 });
    state.set(start, 'open');
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const need = needs.get(top.name)?.[top.next];
      top.next += 1;
      if (need === undefined) {
        state.set(top.name, 'done');
        way.pop();
      } else if (state.get(need) === 'open') {
        const names = way.map(({ name }) => name);
        return names.slice(names.indexOf(need));
      } else if (needs.has(need) && !state.has(need)) {
        state.set(need, 'open');
        way.push({ name: need, next: 0 });
      }
    }
  }
  return undefined;
}

/** The things, each after those that it needs, else in their order. There must be no circle. */
export function sortByNeeds<T extends { readonly name: string }>(
  things: readonly T[],
  needsOf: (thing: T) => readonly string[],
): T[] {
  const waiting = new Map(things.map((thing) => [thing.name, new Set(needsOf(thing))]));
  const users = new Map<string, string[]>();
  for (const thing of things)
    for (const need of waiting.get(thing.name) ?? []) users.set(need, [...(users.get(need) ?? []), thing.name]);
  const byName = new Map(things.map((thing) => [thing.name, thing]));
  const sorted: T[] = [];
  let ready = things.filter(({ name }) => waiting.get(name)?.size === 0);
  while (ready.length > 0) {
    const next: T[] = [];
    for (const thing of ready) {
      sorted.push(thing);
      for (const user of users.get(thing.name) ?? []) {
        const left = waiting.get(user);
        left?.delete(thing.name);
        const freed = byName.get(user);
        if (left?.size === 0 && freed !== undefined) next.push(freed);
      }
    }
    ready = next;
  }
  return sorted;
}
