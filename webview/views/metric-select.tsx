import { metricInfo, metrics } from '../plots/metrics.ts';
import { dispatch, selection } from '../store.ts';

/** What the heat map shows. */
export function MetricSelect() {
  const { metric } = selection.value;
  return (
    <select
      aria-label="Metric of the heat map"
      title={metricInfo(metric).help}
      value={metric}
      onChange={({ currentTarget }) => {
        const chosen = metrics.find((one) => one.key === currentTarget.value);
        if (chosen) dispatch({ type: 'select', selection: { metric: chosen.key } });
      }}
    >
      {metrics.map(({ key, title }) => (
        <option key={key} value={key}>
          {title}
        </option>
      ))}
    </select>
  );
}
