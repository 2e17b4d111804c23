import * as v from 'valibot';
import type { Connection } from 'vscode-languageserver/node';
import { severities } from '../../core/rules/finding.ts';
import { type Configuration, defaultMinSeverity, readRules } from '../workspace/configuration.ts';

/** The `initscope.*` settings that the server reads; what is missing or invalid takes its default. */
const settingsSchema = v.object({
  enable: setting(v.boolean(), true),
  diagnostics: section({
    run: setting(v.picklist(['onType', 'onSave']), 'onType'),
    minSeverity: setting(v.picklist(severities), defaultMinSeverity),
  }),
  rules: setting(v.record(v.string(), v.unknown()), {}),
  hover: section({ enable: setting(v.boolean(), true) }),
  codeLens: section({ enable: setting(v.boolean(), true) }),
  fixAll: section({ unsafe: setting(v.boolean(), false) }),
  searchPaths: setting(v.array(v.string()), []),
  python: section({ interpreter: setting(v.string(), '') }),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

export const defaultSettings: Settings = parseSettings({});

export function parseSettings(value: unknown): Settings {
  return v.parse(settingsSchema, typeof value === 'object' && value !== null ? value : {});
}

/** Asks the client for its settings; a client that has none gets the defaults. */
export async function fetchSettings(connection: Connection): Promise<Settings> {
  return parseSettings(await connection.workspace.getConfiguration('initscope').catch(() => null));
}

/** The part of the settings that a project may also say in its own configuration. */
export function configurationOf(settings: Settings): Configuration {
  return {
    minSeverity: settings.diagnostics.minSeverity,
    rules: readRules(settings.rules, []),
    searchPaths: [],
  };
}

function setting<T>(schema: v.GenericSchema<unknown, T>, byDefault: T) {
  return v.optional(v.fallback(schema, byDefault), () => byDefault);
}

function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = v.object(entries);
  const defaults = () => v.parse(schema, {});
  return v.optional(v.fallback(schema, defaults), defaults);
}
