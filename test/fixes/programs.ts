import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs Python programs in one interpreter, which `python` starts: `ok`, or the exception, of each. */
export function runPrograms(
  programs: readonly string[],
  python: (args: readonly string[]) => string,
): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'initscope-fixes-'));
  try {
    programs.forEach((text, index) => {
      writeFileSync(path.join(folder, `program_${index}.py`), text);
    });
    const script = `
import json, runpy, sys
outcomes = []
for index in range(int(sys.argv[2])):
    try:
        runpy.run_path(f"{sys.argv[1]}/program_{index}.py", run_name="__main__")
        outcomes.append("ok")
    except Exception as error:
        outcomes.append(f"{type(error).__name__}: {error}")
print(json.dumps(outcomes))
`;
    const output = python(['-c', script, folder, String(programs.length)]);
    return JSON.parse(output.trim().split('\n').at(-1) ?? '[]') as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
