/**
 * npm run oracle:flax [-- NAME… [--problems]]
 *
 * Reads models of the kind in Flax's examples and compares what comes out with what Flax initializes: a line per model, then
 * all of them together. Names may be beginnings (`resnet`).
 */
import { flaxFolder, flaxModels } from '../../test/oracle/flax.ts';
import { printTable } from './table.ts';

printTable(flaxModels, { importRoot: () => flaxFolder });
