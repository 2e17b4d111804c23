/**
 * npm run oracle:transformers [-- NAME… [--problems] | --record]
 *
 * Reads files that make a model of Hugging Face transformers, with the installed sources of that, and compares what comes out
 * with the models that they make: a line per model, then all of them together. Names may be beginnings (`Bert`). `--record`
 * keeps what is true of a few of them for the tests.
 */
import process from 'node:process';
import { recordFacts, transformers, transformersRoot } from '../../test/oracle/transformers.ts';
import { printTable } from './table.ts';

if (process.argv.includes('--record')) recordFacts();
else printTable(transformers, { importRoot: transformersRoot });
