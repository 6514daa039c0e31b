import { type Define, defineCommand } from '../define.ts';

export const defineCompletion: Define = (program, context) => {
  defineCommand(program, {
    name: 'completion',
    description: 'print the completion for your shell',
    settings: [],
    examples: [
      ['source <(ctinstall completion bash)', 'in ~/.bashrc'],
      ['source <(ctinstall completion zsh)', 'in ~/.zshrc, after compinit'],
      ['ctinstall completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
  })
    .argument('<shell>', '`bash`, `zsh` or `fish`')
    .action(async (shell: string) => (await import('../commands/completion.ts')).completion(shell, context));
};
