import * as v from 'valibot';
import { graphSchema } from '../graph/schema.ts';
import { fromTrainerSchema } from './messages.ts';
import { engineChoices, engineNames, optionsSchema, protocolVersion, variantNames } from './request.ts';

/* Messages between the extension host and the probe panel (webview). Both sides parse what they get. */

const version = v.literal(protocolVersion);

/** An engine that the host can or cannot offer, with the reason why not; `remote` where it runs on another machine than the panel. */
const engineOfferSchema = v.object({
  engine: v.picklist(engineNames),
  available: v.boolean(),
  reason: v.nullable(v.string()),
  remote: v.boolean(),
});

/** A finding, for the verdict line and its button. */
const panelFindingSchema = v.object({
  rule: v.string(),
  severity: v.picklist(['hint', 'information', 'warning', 'error']),
  message: v.string(),
  layer: v.nullable(v.string()),
  /** Title of the preferred fix, or `null`. */
  fix: v.nullable(v.string()),
});

/** The model to probe, and whether to start at once. */
export const openSchema = v.object({
  version,
  type: v.literal('open'),
  /** Shown in the header and used to tell models apart. */
  path: v.string(),
  line: v.number(),
  /** Address of the document, by which the host finds the model again when the page is restored. */
  uri: v.optional(v.string()),
  graph: graphSchema,
  /** 1-based source line per layer id. */
  lines: v.record(v.string(), v.number()),
  findings: v.array(panelFindingSchema),
  engines: v.array(engineOfferSchema),
  engine: v.picklist(engineChoices),
  options: optionsSchema,
  /** Start at once. */
  run: v.boolean(),
});

export const toPanelSchema = v.variant('type', [
  openSchema,
  /** What a child process of the host says, passed on unread. */
  v.object({ version, type: v.literal('trainer'), message: fromTrainerSchema }),
  /** The cursor stands on this layer (id). */
  v.object({ version, type: v.literal('highlight'), layer: v.nullable(v.number()) }),
  v.object({ version, type: v.literal('status'), text: v.string(), level: v.picklist(['info', 'warning', 'error']) }),
]);

export const fromPanelSchema = v.variant('type', [
  v.object({ version, type: v.literal('ready') }),
  v.object({ version, type: v.literal('reveal'), layer: v.number() }),
  /** Run on an engine of the host (`tfjs-node`, `python`). */
  v.object({
    version,
    type: v.literal('start'),
    run: v.string(),
    engine: v.picklist(engineNames),
    options: optionsSchema,
  }),
  v.object({ version, type: v.literal('cancel'), run: v.string() }),
  v.object({ version, type: v.literal('pause'), run: v.string(), paused: v.boolean() }),
  v.object({ version, type: v.literal('apply'), variant: v.picklist(variantNames) }),
  v.object({ version, type: v.literal('applyFix'), rule: v.string(), layer: v.nullable(v.string()) }),
  v.object({
    version,
    type: v.literal('export'),
    name: v.string(),
    content: v.string(),
    encoding: v.picklist(['utf8', 'base64']),
  }),
  v.object({ version, type: v.literal('install'), engine: v.picklist(engineNames) }),
  /** A finished run, for the history. */
  v.object({ version, type: v.literal('finished'), summary: v.unknown() }),
  v.object({ version, type: v.literal('log'), level: v.picklist(['info', 'warning', 'error']), text: v.string() }),
]);

export type ToPanel = v.InferOutput<typeof toPanelSchema>;
export type FromPanel = v.InferOutput<typeof fromPanelSchema>;
export type PanelOpen = v.InferOutput<typeof openSchema>;
