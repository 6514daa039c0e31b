/** One file for both, where it must be small rather than start fast: see build.js. */
export { runCompletion } from './completion/run-completion.ts';
export { runCli } from './run-cli.ts';
