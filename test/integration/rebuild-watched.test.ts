import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

test('there is no moment of a rebuild at which the module does not load and run', async () => {
  const { succeed, write } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig('runscripts: [conda-python-simple]\n'));
  const out = await succeed(`
    ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >&2
    (
      loads=0 failures=0
      until [ -e done ]; do
        (module load tiny && [ -f "$SIF" ] && [ -x "$CONTAINERROOT/bin/start-shell" ] && singularity exec "$SIF" test -e /runscripts/conda-python-simple) \
          || failures=$((failures + 1))
        loads=$((loads + 1))
      done
      echo "$loads loads, $failures failures"
    ) &
    for turn in 1 2 3 4 5 6; do ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml >&2; done
    touch done
    wait`);
  const [, loads, failures] = /^(\d+) loads, (\d+) failures$/m.exec(out) ?? [];
  expect(failures).toBe('0');
  expect(Number(loads)).toBeGreaterThan(5);
});
