/**
 * What the tests and the sample run need from the system: installed where we may (Debian, root), otherwise named in one
 * plain line each. Nothing here is needed to use the extension.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

interface SystemNeed {
  /** What a person calls it. */
  readonly name: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** What is lost without it. */
  readonly loses: string;
  isThere(): boolean;
}

/** The interpreter of Debian's `python3-torch`; another one (pyenv, conda) may come first on the PATH. */
export const systemPython = process.env.INITSCOPE_PYTHON ?? '/usr/bin/python3';

export const chromium: SystemNeed = {
  name: 'Chromium',
  packages: ['chromium', 'fonts-dejavu-core'],
  loses: 'the editor tests and the editor of `npm start`',
  isThere: () => existsSync('/usr/bin/chromium') || isOnPath('chromium'),
};

export const pytorch: SystemNeed = {
  name: 'PyTorch and torchvision',
  packages: ['python3-torch', 'python3-torchvision'],
  loses: 'every comparison with PyTorch',
  isThere: () => spawnSync(systemPython, ['-c', 'import torch, torchvision'], { stdio: 'ignore' }).status === 0,
};

/** Brings Keras and other packages that Debian does not have: `test/oracle/python-packages.ts`. */
export const pip: SystemNeed = {
  name: 'pip of the system Python',
  packages: ['python3-pip'],
  loses: 'every comparison with Keras',
  isThere: () => spawnSync(systemPython, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0,
};

export const neovim: SystemNeed = {
  name: 'Neovim',
  packages: ['neovim'],
  loses: 'the test of the language server in a second editor',
  isThere: () => isOnPath('nvim'),
};

/** Installs what is missing; returns the names of what still is. */
export function ensureSystem(needs: readonly SystemNeed[]): readonly string[] {
  const missing = needs.filter((need) => !need.isThere());
  if (missing.length === 0) return [];
  const packages = missing.flatMap((need) => need.packages);
  if (canInstall()) {
    console.log(`Installing ${missing.map((need) => need.name).join(', ')} (${packages.join(' ')}) …`);
    apt(['update', '-qq']);
    apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  }
  const still = missing.filter((need) => !need.isThere());
  for (const need of still) {
    console.log(
      `Missing: ${need.name}; without it ${need.loses} cannot run. On Debian: apt-get install ${need.packages.join(' ')}`,
    );
  }
  return still.map((need) => need.name);
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && isOnPath('apt-get');
}

function apt(args: readonly string[]): void {
  try {
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    console.log(`apt-get ${args[0]} failed`);
  }
}

function isOnPath(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
