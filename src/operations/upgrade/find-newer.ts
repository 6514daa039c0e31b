import { compareNatural } from '../../lib/natural-order.ts';
import type { InstallRecord } from '../../records/record-form.ts';
import { type Candidate, compareByVersion, newestFirst } from '../install/choose-easyconfig.ts';

type Version = Pick<InstallRecord, 'name' | 'version' | 'fullVersion'>;

/**
 * The easyconfigs that are newer than an install, newest first: of the same software, and with a versionsuffix that differs
 * in numbers only (`-rocm-6.2.0` and `-rocm-6.3.0`, but not `-cpu`).
 */
export function newerThan(installed: Version, candidates: readonly Candidate[]): Candidate[] {
  return newestFirst(
    candidates.filter(
      (each) =>
        each.name === installed.name &&
        flavourOf(each) === flavourOf(installed) &&
        compareByVersion(each, installed) > 0,
    ),
  );
}

/** Of each software and flavour the newest install. */
export function newestInstalls<Each extends Version>(installs: readonly Each[]): Each[] {
  const oldestFirst = installs.toSorted(compareByVersion);
  return [...new Map(oldestFirst.map((each) => [`${each.name} ${flavourOf(each)}`, each])).values()].toSorted((a, b) =>
    compareNatural(a.name, b.name),
  );
}

function flavourOf({ version, fullVersion }: Omit<Version, 'name'>): string {
  return fullVersion.slice(version.length).replace(/\d+/g, '').replace(/\.+/g, '.');
}
