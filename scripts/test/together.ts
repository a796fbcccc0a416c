/** Loads the files of tests that share a process. */
import { pathToFileURL } from 'node:url';
import { pureFiles } from './queues.ts';

for (const file of pureFiles()) await import(pathToFileURL(file).href);
