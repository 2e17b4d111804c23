import { variantTitles } from '../../core/probe/variant-titles.ts';
import { variantColor } from '../plots/colors.ts';
import { dispatch, shownVariant, variants } from '../store.ts';
import { theme } from '../theme.ts';

/** The variants of the run with their colours; the pressed one is in the heat map and the table. */
export function Legend() {
  return (
    <fieldset class="legend">
      <legend class="hidden">Variant in heat map and table</legend>
      {variants.value.map((variant) => (
        <button
          type="button"
          key={variant}
          class="chip"
          aria-pressed={variant === shownVariant.value}
          onClick={() => dispatch({ type: 'select', selection: { variant } })}
        >
          <span class="dot" aria-hidden="true" style={{ background: variantColor(variant, theme.value.light) }} />
          {variantTitles[variant]}
        </button>
      ))}
    </fieldset>
  );
}
