import type { HostPath } from '../lib/paths.ts';
import type { ImageSource } from '../resolve/types.ts';
import type { PlannedRecord, RecordedEasyconfig } from './planned-record.ts';

/** What planning needs beside the install itself. */
export interface PlanInputs {
  readonly toolVersion: string;
  /** Undefined where the module is of none. */
  readonly image: ImageSource | undefined;
  /** Where relative paths of an image's source begin: the easyconfig's directory. */
  readonly base: HostPath;
  /** The runtime that was found, for the record. */
  readonly runtime: PlannedRecord['runtime'];
  /** The file that the easyconfig was read from, if it is known. */
  readonly easyconfig: RecordedEasyconfig | undefined;
  /** Text of the easyconfig, kept with the install. */
  readonly easyconfigText: string;
  /** Text of each script file, by name. */
  readonly scriptTexts: Readonly<Record<string, string>>;
  /** What an earlier install of the same module left, if there is one. */
  readonly previous: PreviousInstall | undefined;
  /** Whether there is user software already: it is the user's, and nothing in it is replaced. */
  readonly hasUserSoftware: boolean;
  /** Text of the list of packages of its own conda environment, as far as it is needed. */
  readonly condaFileText?: string | undefined;
  /** Text of the files that the recipe brings from beside it, by their paths in the install dir. */
  readonly fileTexts?: Readonly<Record<string, string>> | undefined;
  /** Whether its venv is there too. */
  readonly hasVenv: boolean;
  /** What is installed into a new venv, if anything is. */
  readonly requirements?: VenvRequirements | undefined;
}

export interface PreviousInstall {
  /** Files that its record lists. */
  readonly files: readonly string[];
  /** File name of its own image, if that is there. */
  readonly image: string | undefined;
  /** When it was made, as its record says. */
  readonly installed: string;
  /** Console scripts that the user installed, and that have wrappers. */
  readonly userWrappers?: readonly string[];
}

/** What is installed into a virtual environment, as it was read. */
export interface VenvRequirements {
  /** A requirements file. */
  readonly text: string;
  /** For pip. */
  readonly options: readonly string[];
  /** Files and directories of the host that these name. */
  readonly paths: readonly HostPath[];
  /** Program of the host, for images that have none. */
  readonly uv: HostPath | undefined;
}
