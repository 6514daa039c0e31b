/*
 * Names of variables that a recipe must not set. A recipe can come from anyone, and nothing of it runs on the host unless
 * the user allows that: so it sets none of the variables by which a program that the user starts anyway runs something
 * else, or finds its own parts elsewhere.
 */

/** Variables that the module sets itself, or that the session lives on. */
const ofModuleOrSession =
  /^(PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|TMPDIR|IFS|CDPATH|TERM|TERMINFO(_DIRS)?|SIF|RUNSCRIPTS|CONTAINERROOT|EB(ROOT|VERSION).*|(SINGULARITY|APPTAINER)(ENV_.*|_BIND|_BINDPATH))$/;

/** By these shells, Lmod, ctinstall, the runtimes and the dynamic linker are told what to run or to load. */
const ofShellsAndTools =
  /^(BASH.*|SHELLOPTS|ENV|PS[0-4]|PROMPT_COMMAND|ZDOTDIR|FPATH|MODULE(PATH|SHOME|RCFILE|S_.*)|LOADEDMODULES|_LMFILES_|LUA_.*|(LMOD|__LMOD|_Module).*|CTINSTALL_.*|(SINGULARITY|APPTAINER)_(SHELL|CONFIGDIR)|LD_.*|GCONV_PATH|LOCPATH|GLIBC_TUNABLES)$/;

/** The same of interpreters, of programs that start others, and of the scheduler's prologs. */
const ofOtherPrograms =
  /^(PYTHON(PATH|HOME|STARTUP|INSPECT|BREAKPOINT|USERBASE|WARNINGS)|PERL5(OPT|LIB|DB)|PERLLIB|NODE_(OPTIONS|PATH)|RUBY(OPT|LIB)|(JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS|TCLLIBPATH|GIT_.*|EDITOR|VISUAL|.*PAGER|LESS(OPEN|CLOSE)|BROWSER|(SSH|SUDO)_ASKPASS|(SLURM|SRUN|SBATCH|SALLOC)_.*(PROLOG|EPILOG)|OMPI_MCA_.*_(agent|launch_agent))$/;

/** Says why a recipe cannot set this variable for the user's shell, or undefined. */
export function describeBadModuleVariable(name: string): string | undefined {
  if (ofModuleOrSession.test(name)) return 'is not for an easyconfig to set: the module or the session needs it';
  return ofShellsAndTools.test(name) || ofOtherPrograms.test(name)
    ? 'is not for an easyconfig to set: it makes programs outside the container run or load something'
    : undefined;
}

/** The same for variables inside the container, where a recipe may run what it likes. */
export function describeBadContainerVariable(name: string): string | undefined {
  return /^(PREPEND_PATH|APPEND_PATH|PATH|HOME|UID|GID|EUID|VIRTUAL_ENV|(SINGULARITY|APPTAINER)_.*)$/.test(name)
    ? 'is set by the module or the runtime'
    : undefined;
}
