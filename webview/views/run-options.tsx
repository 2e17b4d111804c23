import { engineChoices, type ProbeOptions, type VariantName, variantNames } from '../../core/probe/request.ts';
import { variantTitles } from '../../core/probe/variant-titles.ts';
import { obstacle } from '../run/ladder.ts';
import { useSession } from '../run/session-context.ts';
import type { EngineChoice } from '../state.ts';
import { dispatch, state } from '../store.ts';
import { NumberField } from './number-field.tsx';

/** What the next run will use: engine, variants, length. An engine that is not there says why. */
export function RunOptions() {
  const { options } = state.value;
  if (!options) return null;
  const set = (change: Partial<ProbeOptions>): void => dispatch({ type: 'configure', options: change });
  return (
    <form id="run-options" class="run-options" onSubmit={(event) => event.preventDefault()}>
      <EngineSelect />
      <NumberField label="steps" value={options.steps} min={1} max={10_000} set={(steps) => set({ steps })} />
      <NumberField label="batch" value={options.batch} min={1} max={4096} set={(batch) => set({ batch })} />
      <NumberField label="seeds" value={options.seeds} min={1} max={32} set={(seeds) => set({ seeds })} />
      <label>
        optimizer
        <select
          value={options.optimizer}
          onChange={({ currentTarget }) => set({ optimizer: currentTarget.value as ProbeOptions['optimizer'] })}
        >
          <option value="sgd">SGD</option>
          <option value="momentum">SGD, momentum 0.9</option>
          <option value="adam">Adam</option>
        </select>
      </label>
      <NumberField
        label="learning rate"
        value={options.learningRate}
        min={0}
        max={1000}
        fraction
        set={(learningRate) => set({ learningRate })}
      />
      <Variants chosen={options.variants} set={(variants) => set({ variants: [...variants] })} />
      {options.variants.includes('normal') && (
        <NumberField
          label="σ"
          value={options.normalStd}
          min={0}
          max={1000}
          fraction
          set={(normalStd) => set({ normalStd })}
        />
      )}
    </form>
  );
}

function EngineSelect() {
  const session = useSession();
  const { open, engine } = state.value;
  if (!open) return null;
  return (
    <label>
      engine
      <select
        value={engine}
        onChange={({ currentTarget }) => dispatch({ type: 'configure', engine: currentTarget.value as EngineChoice })}
      >
        {engineChoices.map((choice) => {
          const reason = choice === 'auto' ? null : obstacle(choice, open.engines, session.canTrain);
          return (
            <option key={choice} value={choice} disabled={reason !== null}>
              {choice}
              {reason === null ? '' : ` (${reason})`}
            </option>
          );
        })}
      </select>
    </label>
  );
}

interface VariantsProps {
  readonly chosen: readonly VariantName[];
  readonly set: (variants: readonly VariantName[]) => void;
}

/** At least one variant stays. */
function Variants({ chosen, set }: VariantsProps) {
  return (
    <fieldset>
      <legend>variants</legend>
      {variantNames.map((variant) => {
        const checked = chosen.includes(variant);
        return (
          <label key={variant}>
            <input
              type="checkbox"
              checked={checked}
              disabled={checked && chosen.length === 1}
              onChange={() => set(variantNames.filter((one) => (one === variant ? !checked : chosen.includes(one))))}
            />
            {variantTitles[variant]}
          </label>
        );
      })}
    </fieldset>
  );
}
