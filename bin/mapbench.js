#!/usr/bin/env node
// Imported here, so that what keeps it from being loaded is told in a sentence.
import('../dist/cli/main.js').catch((error) => {
  if (error?.code === undefined) throw error;
  const remedies = {
    EMFILE: 'ulimit -n raises the limit of open files',
    ERR_MODULE_NOT_FOUND: 'npm run build makes what is missing',
  };
  const remedy = remedies[error.code];
  process.stderr.write(`mapbench: cannot be loaded: ${error.message}${remedy ? `; ${remedy}` : ''}\n`);
  process.exitCode = 1;
});
