import * as v from 'valibot';
import * as vscode from 'vscode';
import { defaultOptions, engineChoices, optionsSchema, type ProbeOptions } from '../core/probe/request.ts';

export interface ProbeSettings {
  readonly engine: (typeof engineChoices)[number];
  readonly options: ProbeOptions;
  readonly rerunOnSave: boolean;
}

/** The `initscope.probe.*` settings; one that is not valid takes its default. */
export function probeSettings(scope: vscode.Uri): ProbeSettings {
  const settings = vscode.workspace.getConfiguration('initscope.probe', scope);
  const read = <Key extends 'variants' | 'seeds' | 'steps' | 'batch' | 'optimizer' | 'learningRate'>(key: Key) => {
    const result = v.safeParse(optionsSchema.entries[key], settings.get(key));
    return { [key]: result.success ? result.output : defaultOptions[key] };
  };
  const keys = ['variants', 'seeds', 'steps', 'batch', 'optimizer', 'learningRate'] as const;
  const engine = v.safeParse(v.picklist(engineChoices), settings.get('engine'));
  return {
    engine: engine.success ? engine.output : 'auto',
    options: Object.assign({}, defaultOptions, ...keys.map(read)),
    rerunOnSave: settings.get('rerunOnSave') === true,
  };
}
