/**
 * npm run oracle:timm [-- NAME… [--problems]]
 *
 * Reads the sources of timm and compares what comes out with the models that it builds: a line per model, then all of them
 * together. Names may be beginnings (`vit_`).
 */
import { timm, timmRoot } from '../../test/oracle/timm.ts';
import { printTable } from './table.ts';

printTable(timm, { importRoot: timmRoot });
