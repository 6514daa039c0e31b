/** What is said of a `CTINSTALL_VENV` that is no plain name: it could lead anywhere. */
export function describeBadVenv(moduleName: string): string {
  return `${moduleName}: CTINSTALL_VENV must be the name of a virtual environment: letters, digits and . _ + -`;
}

/** What is said of one that is not there: what comes before its name, and between that and the names that there are. */
export function describeMissingVenv(moduleName: string): [before: string, behind: string] {
  return [
    `${moduleName}: CTINSTALL_VENV names a virtual environment that is not there: `,
    `. Unset it, or make one: ctinstall venv create ${moduleName} --name <name>. There are: `,
  ];
}
