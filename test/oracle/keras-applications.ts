import path from 'node:path';
import { createCollection } from './collection.ts';
import { kerasOnJax, runPython } from './python-packages.ts';

const script = path.join(import.meta.dirname, 'keras_applications_truth.py');

/** All builders of keras.applications, called in a file as a user writes it. */
export const kerasApplications = createCollection(script, (args) => runPython(kerasOnJax, [script, ...args]));
