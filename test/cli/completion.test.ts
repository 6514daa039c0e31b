import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { complete } from '../../src/cli/completion/complete.ts';
import { meanings, whatToComplete } from '../../src/cli/completion/what-to-complete.ts';
import { allCommandNames, makeProgram } from '../../src/cli/program.ts';
import { type CommandModel, modelOf } from '../../src/cli/program-model.ts';
import { contextIn, toolDir } from './support.ts';

const program = modelOf(makeProgram(contextIn('/')));

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-completion-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A directory with one install below `prefix` and two easyconfigs. */
function makeHome(): string {
  const home = makeDirectory();
  const record = join(home, 'my prefix', 'software', 'tiny', '1.0', '.ctinstall');
  mkdirSync(record, { recursive: true });
  writeFileSync(
    join(record, 'record.json'),
    JSON.stringify({
      name: 'tiny',
      version: '1.0',
      fullVersion: '1.0',
      moduleName: 'tiny/1.0',
      ctinstall: '0.1.0',
      installed: '2026-01-01T00:00:00Z',
      prefix: join(home, 'my prefix'),
      modulefile: '/nowhere',
      runtime: { name: 'singularity', flavour: 'apptainer' },
      image: { file: 'tiny.sif', source: '/tiny.sif', size: 1, how: 'copied' },
      files: [],
    }),
  );
  writeFileSync(join(home, 'zoo-1.0.yaml'), '');
  writeFileSync(join(home, 'zoo keeper-2.0.yaml'), '');
  return home;
}

const inHome = async (words: readonly string[], home = makeHome()): Promise<string[]> =>
  (await complete(words, contextIn(home, { CTINSTALL_PREFIX: join(home, 'my prefix') }))).map(
    (line) => line.split('\t')[0] ?? '',
  );

function namesIn({ arguments: operands, options, commands }: CommandModel): string[] {
  const values = options.filter(({ choices }) => choices.length === 0).flatMap(({ value }) => value ?? []);
  return [...operands.map(({ name }) => name), ...values, ...commands.flatMap(namesIn)];
}

describe('what can come next', () => {
  it('is known of each argument and each value of an option', () => {
    expect(namesIn(program).length).toBeGreaterThan(20);
    for (const name of namesIn(program)) expect(Object.keys(meanings)).toContain(name);
  });

  it('is a command or an easyconfig at first', async () => {
    const words = await inHome(['']);
    expect(words.slice(0, allCommandNames.length)).toEqual(allCommandNames);
    expect(words).toContain('zoo-1.0.yaml');
    expect(words).toContain('mpi4py-3.1.6-rocm-6.2.0.yaml');
    expect(await inHome(['uni'])).toEqual(['uninstall']);
  });

  it('is an option of the command, or of `install` where none is named', async () => {
    expect(await inHome(['--reb'])).toEqual(['--rebuild']);
    expect(await inHome(['zoo-1.0.yaml', '--reb'])).toEqual(['--rebuild']);
    expect(await inHome(['squashfs', '--keep'])).toEqual(['--keep-squashfs', '--keep-directory']);
    expect(await inHome(['squashfs', '--reb'])).toEqual([]);
    expect(await inHome(['install', '--', '--reb'])).toEqual([]);
  });

  it('is the value of an option, in each way to write it', async () => {
    expect(await inHome(['--image-mode', 'c'])).toEqual(['copy', 'central']);
    expect(await inHome(['--image-mode', '=', 'c'])).toEqual(['copy', 'central']);
    expect(await inHome(['--image-mode', '='])).toEqual(['copy', 'link', 'central']);
    expect(await inHome(['--image-mode=c'])).toEqual(['--image-mode=copy', '--image-mode=central']);
    expect(await inHome(['--prefix', ''])).toEqual(['+directories']);
    expect(await inHome(['--image', ''])).toEqual(['+files']);
    expect(await inHome(['--jobs', ''])).toEqual([]);
  });

  it('is an installed module, under the prefix that the line names', async () => {
    const home = makeHome();
    expect(await inHome(['uninstall', ''], home)).toEqual(['tiny/1.0']);
    expect(await inHome(['uninstall', 't'], home)).toEqual(['tiny/1.0']);
    expect(await inHome(['uninstall', '--prefix', makeDirectory(), ''], home)).toEqual([]);
    expect(await inHome(['verify', 'tiny/1.0', ''], home)).toEqual(['tiny/1.0']);
    expect(await inHome(['uninstall', 'tiny/1.0', ''], home)).toEqual(['tiny/1.0']);
    expect(await inHome(['kernel', 'tiny/1.0', ''], home)).toEqual([]);
    expect(await inHome(['squashfs', ''], home)).toEqual(['make', 'unmake', 'update', 'status', 'tiny/1.0']);
    expect(await inHome(['squashfs', 'make', ''], home)).toEqual(['tiny/1.0']);
  });

  it('is an inner command, and its arguments', async () => {
    expect(await inHome(['settings', 's'])).toEqual(['set']);
    expect(await inHome(['settings', 'set', 'pref'])).toEqual(['prefix']);
    expect(await inHome(['settings', 'set', '--s'])).toEqual(['--site']);
    expect(await inHome(['settings', 'set', 'image_mode', ''])).toEqual(['copy', 'link', 'central']);
    expect(await inHome(['settings', 'set', 'force.enforce_checksums', 't'])).toEqual(['true']);
    expect(await inHome(['settings', 'set', 'prefix', ''])).toEqual([]);
    expect(await inHome(['list', '--color', 'a'])).toEqual(['auto', 'always']);
  });

  it('is a command after `help`', async () => {
    expect(await inHome(['help', ''])).toEqual(allCommandNames);
    expect(await inHome(['help', 'settings', 's'])).toEqual(['set']);
  });

  it('is a path where one has been begun', async () => {
    expect(await inHome(['./zo'])).toEqual(['+files']);
  });

  it('is nothing, without a word, where the settings have a fault', async () => {
    const home = makeHome();
    mkdirSync(join(home, '.config', 'ctinstall'), { recursive: true });
    writeFileSync(join(home, '.config', 'ctinstall', 'settings.yaml'), 'prefix: [1]\n');
    expect(await complete(['uninstall', ''], contextIn(home))).toEqual([]);
  });

  it('survives any line', () => {
    for (const words of [[], ['-'], ['--'], ['='], ['--no-such', 'x'], ['--no-such='], ['settings', 'no', 'such', '-']])
      expect(whatToComplete(program, words).candidates.length).toBeGreaterThanOrEqual(0);
  });
});

/** A `ctinstall` that answers as the one in this tree does, on PATH. */
function makeFake(): { directory: string; environment: Record<string, string> } {
  const directory = makeHome();
  mkdirSync(join(directory, 'bin'));
  // The answers of the real one to the words that the tests use are the end-to-end tests' matter.
  writeFileSync(
    join(directory, 'bin', 'ctinstall'),
    '#!/bin/sh\nshift\nprintf "%s\\n" "$@" > "$ASKED"\nprintf "%b" "$ANSWER"\n',
    { mode: 0o755 },
  );
  const asked = join(directory, 'asked');
  return {
    directory,
    environment: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin`, HOME: directory, ASKED: asked, LC_ALL: 'C.UTF-8' },
  };
}

/** The words that the completion asked with, a line each. */
function askedIn({ ASKED = '' }: Record<string, string>): string {
  return readFileSync(ASKED, 'utf8');
}

describe('in bash', () => {
  function inBash(words: readonly string[], answer: string): { reply: string[]; asked: string[] } {
    const { directory, environment } = makeFake();
    const script = `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ctinstall; printf '%s\\0' "\${COMPREPLY[@]}"`;
    const ran = spawnSync(
      'bash',
      ['--norc', '-uc', script, 'bash', `${toolDir}/completions/ctinstall.bash`, 'ctinstall', ...words],
      {
        encoding: 'utf8',
        cwd: directory,
        env: { ...environment, ANSWER: answer },
      },
    );
    return {
      reply: ran.stdout.split('\0').filter((word) => word !== ''),
      asked: askedIn(environment).split('\n').slice(0, -1),
    };
  }

  it('takes the candidates as they are, blanks included', () => {
    const { reply, asked } = inBash(['uni'], 'uninstall\\tremove\\nzoo keeper-2.0.yaml\\t\\n');
    expect(reply).toEqual(['uninstall', 'zoo keeper-2.0.yaml']);
    expect(asked).toEqual(['uni']);
  });

  it('asks with the words as the shell will read them', () => {
    expect(inBash(['--prefix', 'my\\ dir', 'uninstall', ''], '').asked).toEqual([
      '--prefix',
      'my dir',
      'uninstall',
      '',
    ]);
    expect(inBash(["'zoo kee"], '').asked).toEqual(['zoo kee']);
  });

  it('leaves files and directories to bash', () => {
    expect(inBash(['--image', ''], '+files\\n').reply).toEqual([]);
    expect(inBash(['--prefix', ''], '+directories\\n').reply).toEqual([]);
  });

  it('is silent where ctinstall fails', () => {
    expect(inBash(['x'], '')).toEqual({ reply: [], asked: ['x'] });
  });

  it('is set up for the command', () => {
    const shown = execFileSync('bash', ['-c', `. "${toolDir}/completions/ctinstall.bash"; complete -p ctinstall`], {
      encoding: 'utf8',
    });
    expect(shown).toBe('complete -o default -F _ctinstall ctinstall\n');
  });
});

describe('in fish', () => {
  function inFish(line: string, answer: string): { reply: string[]; asked: string } {
    const { directory, environment } = makeFake();
    const script = `source ${toolDir}/completions/ctinstall.fish; complete --do-complete "$LINE"`;
    const ran = spawnSync('fish', ['--no-config', '-c', script], {
      encoding: 'utf8',
      cwd: directory,
      env: { ...environment, ANSWER: answer, LINE: line },
    });
    return { reply: ran.stdout.split('\n').filter((word) => word !== ''), asked: askedIn(environment) };
  }

  it('shows candidates with what they are', () => {
    const { reply, asked } = inFish('ctinstall uni', 'uninstall\\tremove it\\n');
    expect(reply).toEqual(['uninstall\tremove it']);
    expect(asked).toBe('uni\n');
  });

  it('asks with the words as the shell will read them', () => {
    expect(inFish("ctinstall --prefix 'my dir' uninstall ", 'tiny/1.0\\t\\n').asked).toBe(
      '--prefix\nmy dir\nuninstall\n\n',
    );
  });

  it('completes files and directories itself', () => {
    expect(inFish('ctinstall --image zoo', '+files\\n').reply.map((word) => word.split('\t')[0])).toEqual([
      'zoo keeper-2.0.yaml',
      'zoo-1.0.yaml',
    ]);
    expect(inFish('ctinstall --prefix ', '+directories\\n').reply.map((word) => word.split('\t')[0])).toEqual([
      'bin/',
      'my prefix/',
    ]);
  });
});

describe('in zsh', () => {
  /** What stands on the line of a real interactive zsh after Tab was pressed. */
  function inZsh(
    typed: string,
    answer: string,
    setUp = 'compinit -u -D; source $DIR/_ctinstall',
  ): { line: string; asked: string } {
    const { directory, environment } = makeFake();
    writeFileSync(
      join(directory, 'drive.zsh'),
      `zmodload zsh/zpty
zpty shell 'zsh -f -i'
wait_for() { local piece all=; while [[ $all != *$1* ]]; do zpty -r shell piece || return 1; all+=$piece; done; REPLY=$all }
zpty -w shell 'PS1=; unsetopt zle_bracketed_paste beep list_beep; autoload -U compinit; ${setUp}; show() { print -r -- "<$BUFFER>"; }; zle -N show; bindkey "^X" show; print -- re"ad"y'
wait_for ready
zpty -w -n shell "$TYPED"$'\\t\\x18'
wait_for '>'
print -r -- "$REPLY"
zpty -d shell
`,
    );
    const ran = spawnSync('timeout', ['60', 'zsh', '-f', 'drive.zsh'], {
      encoding: 'utf8',
      cwd: directory,
      env: { ...environment, TERM: 'dumb', ANSWER: answer, TYPED: typed, DIR: `${toolDir}/completions` },
    });
    const [, line = ran.stdout + ran.stderr] = /<(.*)>/s.exec(ran.stdout) ?? [];
    return { line, asked: askedIn(environment) };
  }

  it('completes what is the only candidate', () => {
    const { line, asked } = inZsh('ctinstall uni', 'uninstall\\tremove it\\n');
    expect(line).toBe('ctinstall uninstall ');
    expect(asked).toBe('uni\n');
  });

  it('is found on the path of functions too', () => {
    const { line } = inZsh('ctinstall uni', 'uninstall\\t\\n', 'fpath=($DIR $fpath); compinit -u -D');
    expect(line).toBe('ctinstall uninstall ');
  });

  it('quotes blanks', () => {
    expect(inZsh('ctinstall zoo\\ ', 'zoo keeper-2.0.yaml\\t\\n')).toEqual({
      line: 'ctinstall zoo\\ keeper-2.0.yaml ',
      asked: 'zoo \n',
    });
  });

  it('completes files and directories itself', () => {
    expect(inZsh('ctinstall --image zoo-', '+files\\n').line).toBe('ctinstall --image zoo-1.0.yaml ');
    expect(inZsh('ctinstall --prefix my', '+directories\\n').line).toBe('ctinstall --prefix my\\ prefix/');
  });
});
