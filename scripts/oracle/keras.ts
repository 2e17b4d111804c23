/**
 * npm run oracle:keras [-- NAME… [--problems]]
 *
 * Analyzes a user's file for every builder of keras.applications, which is read from the sources of the installed Keras, and
 * compares what comes out with the model that Keras builds: a line per model, then all of them together.
 */
import path from 'node:path';
import { kerasApplications } from '../../test/oracle/keras-applications.ts';
import { folderOf, kerasOnJax } from '../../test/oracle/python-packages.ts';
import { printTable } from './table.ts';

printTable(kerasApplications, {
  importRoot: (built) => path.dirname(built.path),
  searchPaths: [folderOf(kerasOnJax)],
});
