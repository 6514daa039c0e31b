import { missingImages } from '../../../operations/workflow/images.ts';
import { loadFuzzfile, type TemplateOptions } from '../../../operations/workflow/load-fuzzfile.ts';
import { tryWorkflow } from '../../../operations/workflow/preview.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printDocument } from '../../json/print.ts';

/** `ctinstall workflow validate <fuzzfile>`; where Slurm is, it says what of the jobs it would refuse. */
export async function validate(
  file: string,
  flags: TemplateOptions,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { workflow, notes } = await loadFuzzfile(file, flags, context);
  const jobs = workflow.tasks.filter(({ kind }) => kind === 'job').length;
  const missing = await missingImages(workflow.tasks);
  if (!context.isJson) {
    for (const note of notes) context.print(note);
    for (const message of missing) context.reporter.report({ event: 'warning', message });
  }
  const isTried = await tryWorkflow(workflow, { file, settings }, context);
  if (context.isJson)
    return printDocument(
      'workflow validate',
      { file, jobs, tasks: workflow.tasks.length, notes: [...notes, ...missing], slurm: isTried },
      context,
    );
  const services = workflow.tasks.length - jobs;
  context.print(
    `${file} is good: ${count(jobs, 'job')}${services > 0 ? `, ${count(services, 'service')}` : ''}${isTried ? '; Slurm would take them' : ''}`,
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
