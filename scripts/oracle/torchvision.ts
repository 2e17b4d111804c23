/**
 * npm run oracle:torchvision [-- NAME… [--problems]]
 *
 * Reads the sources of the installed torchvision and compares what comes out with the models that it builds: a line per
 * model, then all of them together. Names may be beginnings (`resnet`).
 */
import process from 'node:process';
import { torchvision, torchvisionRoot } from '../../test/oracle/torchvision.ts';
import { ensureSystem, pytorch } from '../../test/system.ts';
import { printTable } from './table.ts';

if (ensureSystem([pytorch]).length > 0) process.exit(2);
printTable(torchvision, { importRoot: torchvisionRoot });
