import * as v from 'valibot';
import { fromTrainerSchema, metricsSchema } from '../core/probe/messages.ts';
import { openSchema } from '../core/probe/panel-messages.ts';
import { variantNames } from '../core/probe/request.ts';
import type { Action } from './state.ts';

const savedSchema = v.object({
  open: openSchema,
  messages: v.array(fromTrainerSchema),
  skipped: v.optional(v.array(v.object({ engine: v.string(), reason: v.string() })), []),
  selection: v.optional(
    v.object({
      variant: v.nullable(v.picklist(variantNames)),
      layer: v.nullable(v.number()),
      step: v.nullable(v.number()),
      metric: v.keyof(metricsSchema),
      filter: v.string(),
    }),
  ),
});

/** The actions that bring a saved panel or a report back; none where there is nothing, or nothing of this version. */
export function restore(saved: unknown): readonly Action[] {
  const parsed = v.safeParse(savedSchema, saved);
  if (!parsed.success) return [];
  const { open, messages, skipped, selection } = parsed.output;
  const run = messages[0]?.run;
  return [
    { type: 'open', open },
    ...(run === undefined
      ? []
      : [
          { type: 'started' as const, run },
          ...skipped.map((one) => ({ type: 'skipped' as const, skipped: one })),
          ...messages.map((message) => ({ type: 'trainer' as const, message, at: 0 })),
          { type: 'ended' as const },
        ]),
    ...(selection ? [{ type: 'select' as const, selection }] : []),
  ];
}
