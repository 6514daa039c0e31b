import { type Define, defineCommand } from '../define.ts';

export const defineSchema: Define = (program, context) => {
  defineCommand(program, {
    name: 'schema',
    description: 'print the JSON Schema of an easyconfig, for editors',
    examples: [['ctinstall schema > easyconfig.schema.json', 'then `# yaml-language-server: $schema=…` in a file']],
  }).action(async () => (await import('../commands/schema.ts')).schema(context));
};
