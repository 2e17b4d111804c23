import { useState } from 'preact/hooks';
import { groupRows, type LayerGroup } from '../layers/group.ts';
import { type TableCell, type TableRow, tableRows } from '../layers/table-rows.ts';
import { useSession } from '../run/session-context.ts';
import {
  rows as allRows,
  dispatch,
  expectationsOf,
  open,
  recording,
  selection,
  shownVariant,
  state,
  stepOf,
} from '../store.ts';
import { useThrottled } from './use-throttled.ts';
import { tone } from './verdict-line.tsx';

const columns = ['initializer', 'signal', 'gradient', 'of critical', 'diversity', 'update/weight', 'dead', 'verdict'];

/** All that the plots show, as a table, grouped by module; also what a screen reader reads in their place. */
export function LayerTable() {
  const [grouped, setGrouped] = useState(true);
  // Numbers that change twenty times a second cannot be read; four times will do.
  const run = useThrottled(recording.value, 250);
  const graph = open.value?.graph;
  if (!graph) return null;
  const variant = shownVariant.value;
  const rows = tableRows(allRows.value, {
    graph,
    recording: run,
    variant,
    expected: expectationsOf.value.get(variant) ?? null,
    step: stepOf(variant),
  });
  const groups = grouped
    ? groupRows(allRows.value, selection.value.filter)
    : [{ module: '', rows: groupRows(allRows.value, selection.value.filter).flatMap((group) => group.rows) }];
  return (
    <section class="layers" aria-labelledby="layers-title">
      <div class="section-head">
        <h2 id="layers-title">Layers</h2>
        <div class="table-tools">
          <button type="button" class="quiet" aria-pressed={grouped} onClick={() => setGrouped(!grouped)}>
            by module
          </button>
          <input
            type="search"
            placeholder="filter"
            aria-label="Filter layers by name"
            value={selection.value.filter}
            onInput={({ currentTarget }) => dispatch({ type: 'select', selection: { filter: currentTarget.value } })}
          />
        </div>
      </div>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">layer</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <Group key={`${group.module}/${group.rows[0]?.index}`} group={group} rows={rows} />
          ))}
        </table>
        {groups.every((group) => group.rows.length === 0) && <p class="muted">No layer has this in its name.</p>}
      </div>
    </section>
  );
}

function Group({ group, rows }: { readonly group: LayerGroup; readonly rows: readonly TableRow[] }) {
  const [closed, setClosed] = useState(false);
  const members = new Set(group.rows);
  const own = rows.filter(({ row }) => members.has(row));
  const troubled = own.filter(({ verdict }) => verdict && tone(verdict.kind) === 'bad').length;
  return (
    <tbody>
      {group.module !== '' && (
        <tr class="group">
          <th scope="rowgroup" colSpan={columns.length + 1}>
            <button type="button" class="quiet" aria-expanded={!closed} onClick={() => setClosed(!closed)}>
              <span aria-hidden="true">{closed ? '▸' : '▾'}</span> {group.module}
              <span class="muted">
                {' '}
                {own.length} layers{troubled > 0 ? `, ${troubled} in trouble` : ''}
              </span>
            </button>
          </th>
        </tr>
      )}
      {!closed && own.map((row) => <Row key={row.row.layer.id} cells={row} />)}
    </tbody>
  );
}

function Row({ cells }: { readonly cells: TableRow }) {
  const session = useSession();
  const { verdict } = cells;
  const { layer } = cells.row;
  const line = open.value?.lines[layer.id];
  const chosen = selection.value.layer === layer.id;
  const choose = (): void => dispatch({ type: 'select', selection: { layer: chosen ? null : layer.id } });
  const classes = [chosen ? 'chosen' : '', state.value.highlight === layer.id ? 'highlight' : ''].join(' ').trim();
  return (
    <tr class={classes}>
      <th scope="row">
        <button type="button" class="layer-name" aria-pressed={chosen} onClick={choose}>
          {layer.name}
        </button>
        {line !== undefined &&
          (session.hasEditor ? (
            <button
              type="button"
              class="link"
              aria-label={`Line ${line} of ${layer.name}`}
              onClick={() => session.reveal(layer.id)}
            >
              :{line}
            </button>
          ) : (
            <span class="muted">:{line}</span>
          ))}
      </th>
      <td class="code">{cells.initializer}</td>
      <Numeric cell={cells.signal} />
      <Numeric cell={cells.gradient} />
      <Numeric cell={cells.ofCritical} />
      <Numeric cell={cells.diversity} />
      <Numeric cell={cells.update} />
      <Numeric cell={cells.dead} />
      <td class={verdict ? `verdict-word ${tone(verdict.kind)}` : ''} title={verdict?.message}>
        {verdict && verdict.kind !== 'unmeasured' ? verdict.kind : '–'}
      </td>
    </tr>
  );
}

function Numeric({ cell }: { readonly cell: TableCell }) {
  return <td title={cell.title === '' ? undefined : cell.title}>{cell.text}</td>;
}
