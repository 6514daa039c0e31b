/** What the pipeline tells while it works. One reporter turns events into text or JSON. */
export type ReportEvent =
  /** What the command is at besides steps; without `what` it waits for the user. For people at a terminal only. */
  (
    | { readonly event: 'working'; readonly what?: string | undefined }
    | {
        readonly event: 'step-started';
        readonly step: string;
        readonly title: string;
        /** What is started writes to the terminal itself. */
        readonly sharesTerminal?: true;
      }
    | {
        readonly event: 'progress';
        readonly title: string;
        readonly done: number;
        readonly total: number;
        readonly unit: 'bytes' | 'blocks';
      }
    | { readonly event: 'step-finished'; readonly step: string; readonly title: string; readonly seconds: number }
    | { readonly event: 'warning'; readonly message: string; readonly hint?: string | undefined }
    | { readonly event: 'note'; readonly message: string }
    /** One of several did not work; the others go on. */
    | {
        readonly event: 'failed';
        readonly code: string;
        readonly message: string;
        readonly hint: string | undefined;
        readonly details: readonly string[];
      }
  ) & {
    /** The module that it is about, where several are worked on at a time. */
    readonly module?: string;
  };

export interface Reporter {
  readonly report: (event: ReportEvent) => void;
}
