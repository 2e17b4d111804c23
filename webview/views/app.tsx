import { HeatMap } from '../plots/heat-map.tsx';
import { state } from '../store.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { LayerTable } from './layer-table.tsx';
import { Legend } from './legend.tsx';
import { Loss } from './loss.tsx';
import { MetricSelect } from './metric-select.tsx';
import { Notices } from './notices.tsx';
import { Profile } from './profile.tsx';
import { VerdictLine } from './verdict-line.tsx';
import { Waiting } from './waiting.tsx';

/** The probe panel: the verdict first, then heat map and profile on one layer axis, then the same as a table, and the loss. */
export function App() {
  if (!state.value.open) {
    return (
      <main class="panel">
        <Waiting />
      </main>
    );
  }
  return (
    <main class="panel">
      <Header />
      <Notices />
      <VerdictLine />
      <Waiting />
      <div class="sections">
        <section class="heat" aria-labelledby="heat-title">
          <div class="section-head">
            <h2 id="heat-title">
              <MetricSelect /> <span class="muted">layers × steps</span>
            </h2>
            <Legend />
          </div>
          <HeatMap />
        </section>
        <Profile />
        <LayerTable />
        <Loss />
      </div>
      <Footer />
    </main>
  );
}
