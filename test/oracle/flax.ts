import path from 'node:path';
import { createCollection } from './collection.ts';
import { flaxOnJax, runPython } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'flax_truth.py');

/** Models of the kind in Flax's examples, linen and nnx, written here (`test/oracle/flax/`) and built by Flax. */
export const flaxModels = createCollection(script, (args) => runPython(flaxOnJax, [script, ...args]));

/** Models and what they import lie in one folder. */
export const flaxFolder = path.join(import.meta.dirname, 'flax');
