import type { FromTrainer, Metrics } from '../core/probe/messages.ts';
import type { PanelOpen } from '../core/probe/panel-messages.ts';
import { emptyRecording, lastStep, messagesOf, type Recording, record } from '../core/probe/recording.ts';
import type { engineChoices, ProbeOptions, VariantName } from '../core/probe/request.ts';
import type { SkippedEngine } from '../core/probe/summary.ts';
import { type Rate, withSteps } from './rate.ts';

export type EngineChoice = (typeof engineChoices)[number];

/** What the user looks at. */
export interface Selection {
  /** `null`: the first variant of the run. */
  readonly variant: VariantName | null;
  /** Id of a measured layer. */
  readonly layer: number | null;
  /** `null` follows the latest step. */
  readonly step: number | null;
  readonly metric: keyof Metrics;
  /** Part of a layer's name. */
  readonly filter: string;
}

export interface Notice {
  readonly text: string;
  readonly level: 'info' | 'warning' | 'error';
}

export interface PanelState {
  /** The model; `null` until the host has sent it. */
  readonly open: PanelOpen | null;
  readonly recording: Recording | null;
  /** Asked for, not yet ready or ended. */
  readonly running: boolean;
  readonly paused: boolean;
  /** What is being waited for, in words. */
  readonly waiting: string | null;
  /** Engines that were tried or passed over in this run, with the reason. */
  readonly skipped: readonly SkippedEngine[];
  readonly notice: Notice | null;
  readonly rate: Rate;
  /** Layer under the editor's cursor. */
  readonly highlight: number | null;
  readonly selection: Selection;
  /** What the next run will use. */
  readonly engine: EngineChoice;
  readonly options: ProbeOptions | null;
}

export type Action =
  | { readonly type: 'open'; readonly open: PanelOpen }
  | { readonly type: 'started'; readonly run: string }
  | { readonly type: 'trainer'; readonly message: FromTrainer /** Milliseconds, of any clock. */; readonly at: number }
  /** The same run begins again on another engine. */
  | { readonly type: 'restarted' }
  /** Nothing more will come, whatever the recording says: the page that ran it is gone. */
  | { readonly type: 'ended' }
  | { readonly type: 'waiting'; readonly text: string | null }
  | { readonly type: 'skipped'; readonly skipped: SkippedEngine }
  | { readonly type: 'paused'; readonly paused: boolean }
  | { readonly type: 'notice'; readonly notice: Notice | null }
  | { readonly type: 'highlight'; readonly layer: number | null }
  | { readonly type: 'select'; readonly selection: Partial<Selection> }
  | { readonly type: 'configure'; readonly engine?: EngineChoice; readonly options?: Partial<ProbeOptions> };

export const initialState: PanelState = {
  open: null,
  recording: null,
  running: false,
  paused: false,
  waiting: 'the model',
  skipped: [],
  notice: null,
  rate: [],
  highlight: null,
  selection: { variant: null, layer: null, step: null, metric: 'weightGradientRms', filter: '' },
  engine: 'auto',
  options: null,
};

/** The panel after one more thing has happened. */
export function reduce(state: PanelState, action: Action): PanelState {
  switch (action.type) {
    case 'open':
      return opened(state, action.open);
    case 'started':
      return {
        ...state,
        recording: emptyRecording(action.run),
        running: true,
        paused: false,
        skipped: [],
        notice: null,
        rate: [],
        selection: { ...state.selection, step: null },
      };
    case 'trainer':
      return told(state, action.message, action.at);
    case 'restarted':
      return { ...state, recording: state.recording && emptyRecording(state.recording.run), rate: [] };
    case 'ended':
      return { ...state, running: false, paused: false, waiting: null };
    case 'waiting':
      return { ...state, waiting: action.text };
    case 'skipped':
      return { ...state, skipped: [...state.skipped, action.skipped] };
    case 'paused':
      return { ...state, paused: action.paused && state.running };
    case 'notice':
      return { ...state, notice: action.notice };
    case 'highlight':
      return { ...state, highlight: action.layer };
    case 'select':
      return { ...state, selection: { ...state.selection, ...action.selection } };
    case 'configure':
      return {
        ...state,
        engine: action.engine ?? state.engine,
        options: state.options && action.options ? { ...state.options, ...action.options } : state.options,
      };
  }
}

/** The same model opened again (an edit, a reload) keeps its last run to look at; another model starts with a clean panel. */
function opened(state: PanelState, open: PanelOpen): PanelState {
  const before = state.open;
  const same =
    before !== null && before.graph.name === open.graph.name && (before.uri ?? before.path) === (open.uri ?? open.path);
  return {
    ...(same ? state : { ...initialState, highlight: state.highlight }),
    open,
    waiting: null,
    engine: same ? state.engine : open.engine,
    options: same && state.options ? state.options : open.options,
  };
}

function told(state: PanelState, message: FromTrainer, at: number): PanelState {
  if (!state.recording || state.recording.run !== message.run) return state;
  const ended = message.type === 'done' || message.type === 'failed';
  return {
    ...state,
    recording: record(state.recording, message),
    running: state.running && !ended,
    paused: state.paused && !ended,
    waiting: message.type === 'ready' ? 'the first step' : null,
    rate: message.type === 'frame' ? withSteps(state.rate, at, message.steps.length) : state.rate,
  };
}

/** The step that is looked at: the chosen one, or the latest; −1 before the first. */
export function shownStep(state: PanelState): number {
  const last = state.recording ? lastStep(state.recording) : -1;
  return state.selection.step === null ? last : Math.min(state.selection.step, last);
}

/**
 * The step that is looked at in one variant: the chosen one, or the last whose figures are finite, for a variant that diverged
 * ends before the others.
 */
export function shownStepOf(state: PanelState, variant: VariantName): number {
  const shown = shownStep(state);
  const runs = state.recording?.variants.filter((one) => one.variant === variant) ?? [];
  if (state.selection.step !== null || runs.length === 0) return shown;
  const ends = runs.map(({ steps, end }) => (end?.diverged ? end.diverged.step : steps.length) - 1);
  return Math.max(Math.min(0, shown), Math.min(shown, ...ends));
}

/** What a page keeps over a reload, and what a report is made of: the model and the messages of the run. */
export interface SavedPanel {
  readonly open: PanelOpen;
  readonly messages: readonly FromTrainer[];
  readonly skipped: readonly SkippedEngine[];
  readonly selection?: Selection;
}

export function savedPanel({ open, recording, skipped, selection }: PanelState): SavedPanel | null {
  return open ? { open, messages: recording ? messagesOf(recording) : [], skipped, selection } : null;
}
