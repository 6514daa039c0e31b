import { formatCommand, formatLine } from '../../../lib/format.ts';
import { listWorkflows } from '../../../operations/workflow/open-run.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { alignColumns } from '../../words/align-columns.ts';

/** `ctinstall workflow list`. */
export async function list(settings: SettingsValues, context: CommandContext): Promise<void> {
  const { print, isJson, reporter } = context;
  const { runs, broken } = await listWorkflows(settings, context);
  for (const { id, isDamaged } of broken)
    reporter.report({
      event: 'note',
      message: isDamaged
        ? `${formatLine(id)}: its \`run.json\` is damaged: \`ctinstall workflow clean ${formatCommand([id])}\` removes it`
        : `of ${id} nothing was started, as what made it was killed: \`ctinstall workflow clean\` removes it`,
    });
  if (isJson)
    return print(
      JSON.stringify(
        runs.map(({ run, directory, standing }) => ({
          ...run,
          jobs: run.jobs.length,
          directory,
          state: standing.state,
        })),
        undefined,
        2,
      ),
    );
  if (runs.length + broken.length === 0) reporter.report({ event: 'note', message: 'there is no workflow' });
  const rows = runs.map(({ run, standing }) => {
    const own = standing.standings.filter(({ kind }) => kind === 'job');
    const done = own.filter(({ state }) => state === 'finished').length;
    return [run.id, standing.state, `${done}/${own.length} jobs`, run.engine, run.made.slice(0, 16).replace('T', ' ')];
  });
  for (const line of alignColumns(rows)) print(line);
}
