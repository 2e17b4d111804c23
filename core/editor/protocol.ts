import * as v from 'valibot';
import type { ModelGraph } from '../graph/graph.ts';
import { variantNames } from '../probe/request.ts';
import type { Severity } from '../rules/finding.ts';

/*
 * What the language server offers beyond the Language Server Protocol. Positions and ranges are the protocol's: lines and
 * UTF-16 columns from 0, inside a document or a notebook cell.
 */

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Place {
  readonly uri: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

const position = v.object({ line: v.number(), character: v.number() });

/** Which model: the one of that name, else the one at the position, else the first of the document. */
export const modelParamsSchema = v.object({
  uri: v.string(),
  symbol: v.optional(v.string()),
  position: v.optional(position),
});
export type ModelParams = v.InferOutput<typeof modelParamsSchema>;

export interface ModelFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly layer: string | null;
  /** Title of the preferred fix. */
  readonly fix: string | null;
  readonly place: Place | null;
}

/** All that a probe of a model needs to know of its source. */
export interface ModelAnswer {
  readonly graph: ModelGraph;
  /** The document or cell that the model is defined in, and its name there. */
  readonly place: Place;
  /** Where each layer is constructed, by layer id. */
  readonly layers: Readonly<Record<string, Place>>;
  readonly findings: readonly ModelFinding[];
}

export const applyVariantParamsSchema = v.object({
  uri: v.string(),
  symbol: v.string(),
  variant: v.picklist(variantNames),
});
export type ApplyVariantParams = v.InferOutput<typeof applyVariantParamsSchema>;

export const applyFixParamsSchema = v.object({
  uri: v.string(),
  symbol: v.string(),
  rule: v.string(),
  layer: v.nullable(v.string()),
});
export type ApplyFixParams = v.InferOutput<typeof applyFixParamsSchema>;

/** A workspace edit of the protocol, or why there is none. */
export type EditAnswer<Edit = unknown> =
  | { readonly title: string; readonly edit: Edit; readonly reason?: never }
  | { readonly edit: null; readonly reason: string };

/** How the analysis of a document went; sent after each one. */
export interface Status {
  readonly uri: string;
  readonly models: readonly {
    readonly name: string;
    readonly layers: number;
    readonly parameters: number;
    readonly complete: boolean;
  }[];
  /** Shown findings. */
  readonly findings: number;
  /** What was not understood, in words. */
  readonly notes: readonly string[];
  readonly elapsedMs: number;
}

/** What a client tells the server when it starts. */
export const initializationSchema = v.object({
  /** The client has the command `initscope.probe`: lenses make sense. */
  probe: v.optional(v.boolean(), false),
  /** Address of a rule's page; `{rule}` stands for its id. */
  ruleLink: v.optional(v.string()),
});
export type Initialization = v.InferOutput<typeof initializationSchema>;

export const methods = {
  model: 'initscope/model',
  applyVariant: 'initscope/applyVariant',
  applyFix: 'initscope/applyFix',
  /** Notification from the server: a `Status`. */
  status: 'initscope/status',
} as const;
