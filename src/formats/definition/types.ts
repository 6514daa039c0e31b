import type { Issue, Place } from '../../easyconfig/types.ts';

/** A definition file of Apptainer or Singularity, with its templates filled in. */
export interface Definition {
  /** The last is the image; what the others make, it may copy. */
  readonly stages: readonly Stage[];
  /** The file with every `{{ VAR }}` replaced. */
  readonly text: string;
}

export interface Stage {
  /** What other stages call it. */
  readonly name: string | undefined;
  readonly base: Base;
  /** Keywords in lower case. */
  readonly header: Readonly<Record<string, string>>;
  readonly files: readonly FileCopy[];
  readonly scripts: Readonly<Partial<Record<ScriptName, Script>>>;
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Whether it has a section of a SCIF app, such as `%appinstall`. */
  readonly hasApps: boolean;
}

/** Where a stage begins. */
export interface Base {
  /** In lower case. */
  readonly bootstrap: string;
  readonly from: string;
  /** Of the value of `From`, or of `Bootstrap` where there is none. */
  readonly place: Place;
}

export interface FileCopy {
  /** The stage that it is copied from; undefined for the host. */
  readonly stage: string | undefined;
  readonly source: string;
  /** Empty: at the same place. */
  readonly to: string;
  readonly place: Place;
}

export const scriptNames = ['pre', 'setup', 'post', 'environment', 'runscript', 'startscript', 'test', 'help'] as const;
export type ScriptName = (typeof scriptNames)[number];

export interface Script {
  /** What follows the name of the section: options of the shell. */
  readonly args: string;
  readonly text: string;
  /** Of the section. */
  readonly place: Place;
}

/** The outcome of reading a definition file: the value, or all of its faults at once. */
export type ParsedDefinition =
  | { readonly definition: Definition; readonly issues: readonly [] }
  | { readonly definition: undefined; readonly issues: readonly Issue[] };

/** A line as written, and with its templates filled in. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly written: string;
  readonly text: string;
}
