/**
 * npm run oracle:transformers [-- NAME… [--problems]]
 *
 * Reads files that make a model of Hugging Face transformers, with the installed sources of that, and compares what comes out
 * with the models that they make: a line per model, then all of them together. Names may be beginnings (`Bert`).
 */
import { transformers, transformersRoot } from '../../test/oracle/transformers.ts';
import { printTable } from './table.ts';

printTable(transformers, { importRoot: transformersRoot });
