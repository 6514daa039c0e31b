import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * The start of ctinstall. It loads as little as it can before it knows what is asked: on a parallel file system each
 * file costs a round trip.
 */
const toolDir = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));
  process.stdout.write(`${version}\n`);
} else if (argv[0] === '__complete') {
  const { runCompletion } = await import('./completion/run-completion.ts');
  await runCompletion(argv.slice(1), toolDir);
} else {
  const { runCli } = await import('./run-cli.ts');
  await runCli(argv, toolDir);
}
