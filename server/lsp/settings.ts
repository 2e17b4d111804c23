import * as v from 'valibot';
import type { Connection } from 'vscode-languageserver/node';
import { severities } from '../../core/rules/finding.ts';
import { type Configuration, defaultMinSeverity, ruleLevels } from '../workspace/configuration.ts';

const level = v.fallback(v.optional(v.picklist(ruleLevels)), undefined);

/** The `initscope.*` settings that the server reads; what is missing or invalid takes its default. */
const settingsSchema = v.object({
  enable: v.fallback(v.boolean(), true),
  diagnostics: section({
    run: v.fallback(v.picklist(['onType', 'onSave']), 'onType'),
    minSeverity: v.fallback(v.picklist(severities), defaultMinSeverity),
  }),
  rules: v.fallback(v.record(v.string(), level), {}),
  hover: section({ enable: v.fallback(v.boolean(), true) }),
  codeLens: section({ enable: v.fallback(v.boolean(), true) }),
  fixAll: section({ unsafe: v.fallback(v.boolean(), false) }),
  searchPaths: v.fallback(v.array(v.string()), []),
  python: section({ interpreter: v.fallback(v.string(), '') }),
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
  const rules = Object.entries(settings.rules).flatMap(([rule, value]) => (value === undefined ? [] : [[rule, value]]));
  return { minSeverity: settings.diagnostics.minSeverity, rules: Object.fromEntries(rules), searchPaths: [] };
}

function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = v.object(entries);
  return v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === 'object' && value !== null ? value : {})),
    schema,
  );
}
