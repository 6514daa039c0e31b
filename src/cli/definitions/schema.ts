import { type Define, defineCommand } from '../define.ts';

export const defineSchema: Define = (program, context) => {
  defineCommand(program, {
    name: 'schema',
    description: 'print the JSON Schema of an easyconfig or a Fuzzfile, for editors, or of what a command prints',
    settings: [],
    examples: [
      ['ctinstall schema > easyconfig.schema.json', 'then `# yaml-language-server: $schema=…` in a file'],
      ['ctinstall schema --json-output list', 'what `ctinstall list --json` prints'],
    ],
  })
    .argument('[form]', '`easyconfig` (default) or `fuzzfile`')
    .option('--json-output <command>', 'of what this command prints with --json, such as `install --dry-run`')
    .action(async (form: string | undefined, flags) =>
      (await import('../commands/schema.ts')).schema({ form, ...flags }, context),
    );
};
